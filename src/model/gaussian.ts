/**
 * Normally distributed noise (Box and Muller), made from a stream of uniform chance so that a seed
 * repeats it.
 */

/** One draw: mean 0, standard deviation 1. `unit`: a real number, 0 <= x < 1; it is asked twice. */
export function standardNormal(unit: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - unit()))
  return radius * Math.cos(2 * Math.PI * unit())
}
