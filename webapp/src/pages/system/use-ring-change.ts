/**
 * Asks for a change of the ring, and says what came of it.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { AskError, ask, type Failure } from '../../api/http.ts'
import { ringQuery } from '../../api/queries.ts'
import { useToken } from '../../auth.ts'

export type RingChange =
  | { readonly kind: 'add' | 'remove'; readonly node: string }
  /** Takes back the one that is under way. */
  | { readonly kind: 'cancel' }

export function useRingChange() {
  const token = useToken()
  const queries = useQueryClient()
  const changing = useMutation({
    mutationFn: (change: RingChange) =>
      change.kind === 'cancel'
        ? ask('POST /sharding/cancel', { token })
        : ask(`POST /sharding/${change.kind}-node`, { body: { node: change.node }, token }),
    onSettled: () => queries.invalidateQueries({ queryKey: ringQuery.queryKey }),
  })
  const trouble: Failure | undefined =
    changing.error instanceof AskError ? changing.error.failure : undefined
  return { change: changing.mutate, trouble, isBusy: changing.isPending }
}
