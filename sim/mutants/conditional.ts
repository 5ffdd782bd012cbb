/**
 * Bugs of the conditional lane: promises that do not last or do not bind, changes that are repeated
 * as if they were new, reads that believe one replica, and coordinators that believe their memory.
 */
import { writerOf } from '../../src/store/coordinator/conditional/ballot-series.ts'
import { FailedAccepts } from '../../src/store/coordinator/conditional/failed-accepts.ts'
import { ConditionalLane } from '../../src/store/coordinator/conditional/lane.ts'
import {
  RegisterMemory,
  type RememberedRegister,
} from '../../src/store/coordinator/conditional/register-memory.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import type { WireVersion } from '../../src/store/wire.ts'
import type { Mutant } from '../mutation.ts'
import { REGISTER } from './broken.ts'
import { judgeOtherwise, patch } from './patch.ts'

/** By so much later is a ballot that was made up; others have written in between. */
const LATER_TICKS = 300 * 4096

/** Real restarts take so long that few proposals outlive one; these do not. */
const GROUPS_A_LIFE = 2

export const MUTANTS_OF_CONDITIONAL: Readonly<Record<string, Mutant>> = {
  'a promise is in memory only, and restarts are quick': {
    foundBy: REGISTER,
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
    foundBy: REGISTER,
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
    foundBy: REGISTER,
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
    foundBy: REGISTER,
    needs: ['slow-messages'],
    begin: () =>
      judgeOtherwise(QuorumRead.prototype, (read, own) => {
        const { isExact } = read as unknown as { isExact: boolean }
        return isExact && read.progress.had > 0 ? 'decided' : own()
      }),
  },
  'a change takes one round under a ballot that follows no other directly': {
    foundBy: REGISTER,
    begin: () => takeOtherwise((next) => ({ ...next, t: next.t + LATER_TICKS })),
  },
  'a ballot is used for two changes': {
    foundBy: REGISTER,
    begin: () => takeOtherwise((next) => ({ ...next, n: writerOf(next) })),
  },
  'a register is remembered over a change of the epoch': {
    foundBy: REGISTER,
    needs: ['reshaping'],
    begin: () =>
      patch(
        RegisterMemory.prototype,
        'take',
        (original) =>
          function (this: RegisterMemory, key, place) {
            const epoch = knownIn(this, key)?.next.o ?? place.epoch
            const known = original.call(this, key, { ...place, epoch })
            return known && { ...known, next: { ...known.next, o: place.epoch } }
          } as RegisterMemory['take'],
      ),
  },
  'an attempt is forgotten before all have refused it': {
    foundBy: REGISTER,
    needs: ['slow-messages'],
    begin: () =>
      patch(
        FailedAccepts.prototype,
        'add',
        (original) =>
          function (this: FailedAccepts, phase, revision) {
            const { votes } = phase as unknown as { votes: readonly string[] }
            const isKnown = votes.some((vote) => vote === 'granted' || vote === 'silent')
            if (isKnown) original.call(this, phase, revision)
          } as FailedAccepts['add'],
      ),
  },
  'that nothing is changed is told from memory': {
    foundBy: REGISTER,
    begin: () =>
      patch(
        ConditionalLane.prototype,
        'propose',
        (original) =>
          function (this: ConditionalLane, key, change, ...more) {
            const { memory } = this as unknown as { memory: RegisterMemory }
            const register = knownIn(memory, key)?.register
            const changed = register && change(register, '')
            if (!register || changed?.kind !== 'mismatch') {
              return original.call(this, key, change, ...more)
            }
            return Promise.resolve({ kind: 'decided', changed, register })
          } as ConditionalLane['propose'],
      ),
  },
}

/** What a coordinator remembers goes on under another ballot. */
function takeOtherwise(otherwise: (next: WireVersion) => WireVersion): () => void {
  return patch(
    RegisterMemory.prototype,
    'take',
    (original) =>
      function (this: RegisterMemory, ...asked) {
        const known = original.call(this, ...asked)
        return known && { ...known, next: otherwise(known.next) }
      } as RegisterMemory['take'],
  )
}

function knownIn(memory: RegisterMemory, key: string): RememberedRegister | undefined {
  const { registers } = memory as unknown as { registers: Map<string, RememberedRegister> }
  return registers.get(key)
}
