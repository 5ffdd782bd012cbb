/**
 * Bugs of repair: forgetting deletions too early, hints that promise too much or are not delivered,
 * and comparing less than all.
 */

import type { Clock } from '../../src/ports/clock.ts'
import type { Network } from '../../src/ports/network.ts'
import { HintDelivery } from '../../src/store/coordinator/care/hint-delivery.ts'
import { QuorumWrite } from '../../src/store/coordinator/quorum-write.ts'
import type { ShardRequest, WireVersion } from '../../src/store/wire.ts'
import type { DeliveredHint } from '../../src/store/wire-repair.ts'
import type { Mutant } from '../mutation.ts'
import { LOST } from './broken.ts'
import { mistake, patch } from './patch.ts'

interface Inside {
  deliverIn(
    view: unknown,
    errand: unknown,
    partition: number,
    keys: readonly string[],
    signal: unknown,
  ): Promise<readonly DeliveredHint[]>
}

export const MUTANTS_OF_REPAIR: Readonly<Record<string, Mutant>> = {
  'a hint counts as acknowledgement': {
    foundBy: LOST,
    needs: ['shard-crashes'],
    begin: () =>
      mistake(QuorumWrite.prototype, (result, write) => {
        const isHinted = result.r === 'refused' && result.why === 'unreachable'
        const { version } = write as unknown as { version: WireVersion }
        return isHinted ? { r: 'held', ...version } : result
      }),
  },
  'hints are dropped unread': {
    foundBy: ['S21'],
    needs: ['shard-crashes'],
    begin: () =>
      patch(
        HintDelivery.prototype as unknown as Inside,
        'deliverIn',
        () => async (_view, _errand, p, keys) =>
          keys.map((k) => ({
            p,
            k,
            o: Number.MAX_SAFE_INTEGER,
            t: Number.MAX_SAFE_INTEGER,
            n: 'z',
          })),
      ),
  },
  'a deletion is forgotten before all replicas have it': {
    foundBy: ['S3', 'S5', 'S7', 'S23'],
    needs: ['shard-crashes', 'short-grace'],
    network: forgettingEarly,
  },
  'a digest leaves deletions out': {
    foundBy: ['S7', 'S21', 'S23'],
    needs: ['shard-crashes'],
    engine: (engine) => ({
      ...engine,
      digest: (partition) => engine.digest(partition, Number.MAX_SAFE_INTEGER),
      headers: (partition, query) =>
        engine.headers(partition, { ...query, deadBeforeMs: Number.MAX_SAFE_INTEGER }),
    }),
  },
}

/** Each shard that is compared is told at once that all are equal. */
function forgettingEarly(network: Network, clock: Clock): Network {
  return {
    ...network,
    async ask(to, message, timeoutMs) {
      const answer = await network.ask(to, message, timeoutMs)
      const request = message as ShardRequest
      if (request.kind !== 'digest' || answer.kind !== 'answer') return answer
      const { cluster, p, e } = request
      const atMs = clock.wallMs()
      const told = { kind: 'repaired', cluster, p, e, atMs, deadBeforeMs: atMs }
      await network.ask(to, told, timeoutMs)
      return answer
    },
  }
}
