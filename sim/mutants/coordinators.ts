/**
 * Bugs of a coordinator: counting wrongly, taking silence for an answer, not bringing replicas up
 * to date, and not knowing a repetition from a new write.
 */
import type { Answer, Message, Network } from '../../src/ports/network.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import { QuorumWrite } from '../../src/store/coordinator/quorum-write.ts'
import { RunWrite } from '../../src/store/coordinator/run-write.ts'
import type { Mutant } from '../mutation.ts'
import { LOST } from './broken.ts'
import { judgeOtherwise, mistake, patch } from './patch.ts'

/** A repetition comes so much later; its version is that of a new write. */
const LATER_MS = 500
const TICKS_PER_MS = 4096

export const MUTANTS_OF_COORDINATORS: Readonly<Record<string, Mutant>> = {
  'a write is acknowledged by one replica': {
    foundBy: LOST,
    begin: () =>
      judgeOtherwise(QuorumWrite.prototype, (write, own) => {
        const verdict = own()
        return verdict === 'pending' && write.held > 0 ? 'done' : verdict
      }),
  },
  'one replica is read': {
    foundBy: [...LOST, 'S19'],
    begin: () =>
      judgeOtherwise(QuorumRead.prototype, (read, own) =>
        read.progress.had > 0 ? 'decided' : own(),
      ),
  },
  'a read tells what it has not brought to a majority': {
    // Where it was the first value of its key, a later read finds nothing, and that is S3.
    foundBy: ['S3', 'S19'],
    needs: ['loss', 'slow-messages', 'shard-crashes'],
    begin: () =>
      judgeOtherwise(QuorumRead.prototype, (read, own) => {
        const verdict = own()
        return read.isAnswered ? 'decided' : verdict
      }),
  },
  'silence counts as refusal': {
    foundBy: ['S4'],
    needs: ['loss'],
    begin: () =>
      mistake(QuorumWrite.prototype, (result) =>
        result.r === 'silence' ? { r: 'refused', why: 'unreachable' } : result,
      ),
  },
  'a replica that is silent is taken to hold nothing': {
    foundBy: ['S3'],
    begin: () =>
      mistake(QuorumRead.prototype, (result) =>
        result.r === 'silence' ? { r: 'row', row: null } : result,
      ),
  },
  'a replica that sent only its version is taken to agree': {
    foundBy: [...LOST, 'S19'],
    begin: () =>
      mistake(QuorumRead.prototype, (result, read) =>
        result.r === 'version' ? { r: 'row', row: read.newest } : result,
      ),
  },
  'a write that met a newer version is not issued again': {
    foundBy: ['S3', 'S5', 'S7'],
    needs: ['clock-skew'],
    begin: () =>
      judgeOtherwise(QuorumWrite.prototype, (_, own) => {
        const verdict = own()
        return verdict === 'reissue' ? 'done' : verdict
      }),
  },
  'what is true of some rows of a run is told of all': {
    foundBy: LOST,
    begin: () =>
      patch(RunWrite.prototype, 'settleRun', (original) => {
        return function (this: RunWrite, replica, results) {
          const isTrueOfSome = results.includes(true)
          original.call(this, replica, isTrueOfSome ? results.map(() => true) : results)
        }
      }),
  },
  'a repetition gets a new version': { foundBy: [...LOST, 'S22'], network: repeating },
}

/** What was not answered is sent once more, as if it were a new write. */
function repeating(network: Network): Network {
  return {
    ...network,
    async ask(to, request, timeoutMs): Promise<Answer> {
      const answer = await network.ask(to, request, timeoutMs)
      if (answer.kind !== 'silence') return answer
      const again = await network.ask(to, restamped(request), timeoutMs)
      return again.kind === 'answer' && !isRefused(again.body) ? again : answer
    },
  }
}

function isRefused(body: unknown): boolean {
  return JSON.stringify(body).includes('"refused"')
}

function restamped(request: Message): Message {
  const copy = structuredClone(request) as Message & { ops?: { row?: { t: number; o: number } }[] }
  for (const { row } of copy.ops ?? []) {
    if (!row) continue
    row.t += LATER_MS * TICKS_PER_MS
    row.o += LATER_MS
  }
  return copy
}
