/**
 * Bugs of the conditional lane: promises that do not last or do not bind, changes that are repeated
 * as if they were new, and reads that believe one replica.
 */
import { ConditionalLane } from '../../src/store/coordinator/conditional/lane.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import type { Mutation } from '../mutation.ts'
import { judgeOtherwise, patch } from './patch.ts'

/** Real restarts take so long that few proposals outlive one; these do not. */
const GROUPS_A_LIFE = 2

export const MUTANTS_OF_CONDITIONAL: Readonly<Record<string, Partial<Mutation>>> = {
  'a promise is in memory only, and restarts are quick': {
    needs: ['slow-messages'],
    engine(engine, disk) {
      let groups = 0
      return {
        ...engine,
        apply(rows) {
          groups += 1
          if (groups % GROUPS_A_LIFE === 0) disk.forgetPromises()
          return engine.apply(rows)
        },
      }
    },
  },
  'an accept below the promise is taken': {
    needs: ['slow-messages'],
    engine: (engine, disk) => ({
      ...engine,
      apply(rows) {
        for (const { key, intake } of rows) if (intake === 'accept') disk.forgetPromises(key)
        return engine.apply(rows)
      },
    }),
  },
  'a conditional change that was perhaps accepted is repeated as new': {
    needs: ['loss'],
    begin: () =>
      patch(
        ConditionalLane.prototype,
        'propose',
        (original) =>
          function (this: ConditionalLane, key, change) {
            return original.call(this, key, (register, etag) =>
              change({ ...register, requests: [] }, etag),
            )
          } as ConditionalLane['propose'],
      ),
  },
  'a conditional read tells what one replica accepted': {
    needs: ['slow-messages'],
    begin: () =>
      judgeOtherwise(QuorumRead.prototype, (read, own) => {
        const { isExact } = read as unknown as { isExact: boolean }
        return isExact && read.progress.had > 0 ? 'decided' : own()
      }),
  },
}
