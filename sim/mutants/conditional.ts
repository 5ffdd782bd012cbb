/**
 * Bugs of the conditional lane: promises that do not last or do not bind, changes that are repeated
 * as if they were new, and reads that believe one replica.
 */
import { ConditionalLane } from '../../src/store/coordinator/conditional/lane.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import type { Mutation } from '../mutation.ts'
import { patch } from './patch.ts'

export const MUTANTS_OF_CONDITIONAL: Readonly<Record<string, Partial<Mutation>>> = {
  'a promise is forgotten at a restart': {
    needs: ['shard-crashes', 'slow-messages'],
    engine: (engine, disk) => {
      disk.forgetPromises()
      return engine
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
      patch(
        QuorumRead.prototype,
        'verdict',
        (original) =>
          function (this: QuorumRead) {
            const { isExact } = this as unknown as { isExact: boolean }
            return isExact && this.progress.had > 0 ? 'decided' : original.call(this)
          } as QuorumRead['verdict'],
      ),
  },
}
