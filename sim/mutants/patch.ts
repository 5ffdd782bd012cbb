/**
 * Puts a method in place of another for a while.
 */
export function patch<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  mutated: (original: T[K]) => T[K],
): () => void {
  const original = owner[name]
  owner[name] = mutated(original)
  return () => {
    owner[name] = original
  }
}
