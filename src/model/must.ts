/**
 * Broken invariants are bugs: say which one and stop, at the place that relies on it. Bad input and
 * failures of the world are values, never assertions.
 */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`Broken promise: ${promise}`)
}

/** The value, which the caller knows to be there. */
export function must<T>(value: T | null | undefined, promise = 'a value is there'): T {
  assert(value !== null && value !== undefined, promise)
  return value
}
