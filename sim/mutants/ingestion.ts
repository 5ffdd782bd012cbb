/**
 * Bugs of ingestion: committing too early, forgetting the order of events, and believing that a
 * floor is new.
 */
import type { GroupEvent, Log } from '../../src/ports/log.ts'
import type { Store } from '../../src/store/client.ts'
import type { Mutant } from '../mutation.ts'

export const MUTANTS_OF_INGESTION: Readonly<Record<string, Mutant>> = {
  'an offset is committed before the quorum holds it': {
    foundBy: ['R3'],
    log: committingEarly,
  },
  'what the store does not hold is committed': {
    foundBy: ['R3'],
    store: (store) => ({
      ...store,
      async write(writes) {
        const outcomes = await store.write(writes)
        return outcomes.map((outcome) =>
          outcome.kind === 'unknown' ? { kind: 'done', replicas: 2, targets: [] } : outcome,
        )
      },
    }),
  },
  'latest is what arrived last': {
    foundBy: ['R4'],
    store: orderedByArrival,
  },
  'a member begins with an empty index': {
    foundBy: ['R4'],
    store: (store) => ({
      ...store,
      read: async (keys) => keys.map(() => ({ kind: 'absent' }) as const),
    }),
  },
}

function committingEarly(log: Log): Log {
  return {
    ...log,
    async *consume(...given): AsyncGenerator<GroupEvent> {
      for await (const event of log.consume(...given)) {
        if (event.kind === 'batch') {
          const outcome = await event.batch.commit().catch(() => 'committed' as const)
          yield { kind: 'batch', batch: { ...event.batch, commit: async () => outcome } }
        } else yield event
      }
    },
  }
}

function orderedByArrival(store: Store): Store {
  return {
    ...store,
    write: (writes) => store.write(writes.map(({ key, text }) => ({ key, text }))),
  }
}
