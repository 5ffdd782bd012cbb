/**
 * Bugs of a coordinator: counting wrongly, taking silence for an answer, not bringing replicas up
 * to date, and not knowing a repetition from a new write.
 */
import type { Answer, Message, Network } from '../../src/ports/network.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import { QuorumWrite } from '../../src/store/coordinator/quorum-write.ts'
import type { Mutation } from '../mutation.ts'
import { patch } from './patch.ts'

type Verdict = QuorumWrite['verdict']
type ReadVerdict = QuorumRead['verdict']

/** A repetition comes so much later; its version is that of a new write. */
const LATER_MS = 500
const TICKS_PER_MS = 4096

export const MUTANTS_OF_COORDINATORS: Readonly<Record<string, Partial<Mutation>>> = {
  'a write is acknowledged by one replica': {
    begin: () =>
      patch(
        QuorumWrite.prototype,
        'verdict',
        (original) =>
          function (this: QuorumWrite) {
            const verdict = original.call(this)
            return verdict === 'pending' && this.held > 0 ? 'done' : verdict
          } as Verdict,
      ),
  },
  'one replica is read': {
    begin: () =>
      patch(
        QuorumRead.prototype,
        'verdict',
        (original) =>
          function (this: QuorumRead) {
            return this.progress.had > 0 ? 'decided' : original.call(this)
          } as ReadVerdict,
      ),
  },
  'a read tells what it has not brought to a majority': {
    begin: () =>
      patch(
        QuorumRead.prototype,
        'verdict',
        (original) =>
          function (this: QuorumRead) {
            const verdict = original.call(this)
            return this.isAnswered ? 'decided' : verdict
          } as ReadVerdict,
      ),
  },
  'silence counts as refusal': {
    begin: () =>
      patch(
        QuorumWrite.prototype,
        'take',
        (original) =>
          function (this: QuorumWrite, replica, result) {
            const isSilent = result.r === 'silence'
            original.call(this, replica, isSilent ? { r: 'refused', why: 'unreachable' } : result)
          } as QuorumWrite['take'],
      ),
  },
  'a replica that is silent is taken to hold nothing': {
    begin: () =>
      patch(
        QuorumRead.prototype,
        'take',
        (original) =>
          function (this: QuorumRead, replica, result) {
            original.call(this, replica, result.r === 'silence' ? { r: 'row', row: null } : result)
          } as QuorumRead['take'],
      ),
  },
  'a replica that sent only its version is taken to agree': {
    begin: () =>
      patch(
        QuorumRead.prototype,
        'take',
        (original) =>
          function (this: QuorumRead, replica, result) {
            const isBare = result.r === 'version'
            original.call(this, replica, isBare ? { r: 'row', row: this.newest } : result)
          } as QuorumRead['take'],
      ),
  },
  'a write that met a newer version is not issued again': {
    begin: () =>
      patch(
        QuorumWrite.prototype,
        'verdict',
        (original) =>
          function (this: QuorumWrite) {
            const verdict = original.call(this)
            return verdict === 'reissue' ? 'done' : verdict
          } as Verdict,
      ),
  },
  'a repetition gets a new version': { network: repeating },
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
