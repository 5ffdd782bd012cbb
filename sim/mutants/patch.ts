/**
 * Puts a method in place of another for a while; two of them make most bugs of a quorum.
 */
import type { ReplicaResult } from '../../src/store/coordinator/replica-result.ts'

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

interface Quorum {
  take(replica: number, result: ReplicaResult): void
  verdict(): unknown
}

/** Quorums of a kind come to another verdict, which may go by their own. */
export function judgeOtherwise<Q extends Quorum>(
  owner: Q,
  verdict: (quorum: Q, own: () => ReturnType<Q['verdict']>) => ReturnType<Q['verdict']>,
): () => void {
  return patch(owner, 'verdict', (original) => {
    return function (this: Q) {
      return verdict(this, () => original.call(this) as ReturnType<Q['verdict']>)
    } as Q['verdict']
  })
}

/** Quorums of a kind take a replica's result for another one. */
export function mistake<Q extends Quorum>(
  owner: Q,
  changed: (result: ReplicaResult, quorum: Q) => ReplicaResult,
): () => void {
  return patch(owner, 'take', (original) => {
    return function (this: Q, replica: number, result: ReplicaResult) {
      original.call(this, replica, changed(result, this))
    } as Q['take']
  })
}
