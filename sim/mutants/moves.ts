/**
 * Bugs of moving partitions and of deciding about the ring: a step too early, too few sources, too
 * few who are asked, and forgetting what was promised.
 */

import type { Clock } from '../../src/ports/clock.ts'
import { CareWorld } from '../../src/store/coordinator/care/care-world.ts'
import { Rebalancer } from '../../src/store/coordinator/care/rebalancer.ts'
import { RowCarrier } from '../../src/store/coordinator/care/row-carrier.ts'
import { QuorumRead } from '../../src/store/coordinator/quorum-read.ts'
import { QuorumWrite } from '../../src/store/coordinator/quorum-write.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import { jointPartitions, type Steps } from '../../src/store/ring/moves.ts'
import { RingCopy } from '../../src/store/shard/ring-copy.ts'
import type { Mutant } from '../mutation.ts'
import { LOST_IN_A_MOVE } from './broken.ts'
import { patch } from './patch.ts'

/** What a rebalancer goes by, as far as it is made up here. */
interface Facts {
  readonly ring: RingDocument
  readonly holdsRing: (shard: number) => boolean
  readonly caughtUp: ReadonlySet<number>
}

interface Inside {
  readonly care: { readonly store: { readonly clock: Clock } }
  facts(...given: readonly unknown[]): Facts
  propose(before: unknown, move: Steps): Promise<unknown>
}

const FINISH_AFTER_MS = 3_000

export const MUTANTS_OF_MOVES: Readonly<Record<string, Mutant>> = {
  'a step of a move is begun before the one before is on the disks': {
    foundBy: [...LOST_IN_A_MOVE, 'S24'],
    needs: ['reshaping'],
    begin: () =>
      patch(
        Rebalancer.prototype as unknown as Inside,
        'facts',
        (original) =>
          function (this: Inside, ...given) {
            const facts = original.apply(this, [...given])
            const caughtUp = new Set(jointPartitions(facts.ring))
            return { ...facts, caughtUp, holdsRing: () => true }
          },
      ),
  },
  'a partition is streamed from one replica only': {
    foundBy: LOST_IN_A_MOVE,
    needs: ['reshaping'],
    begin: () =>
      patch(
        RowCarrier.prototype,
        'carry',
        (original) =>
          function (this: RowCarrier, view, rows, signal) {
            const isMoving = view.groups.length > 1
            const some = isMoving ? rows.filter(({ holders }) => holders.includes(0)) : rows
            return original.call(this, view, some, signal)
          } as RowCarrier['carry'],
      ),
  },
  'a partition is streamed though those who hold it differ': {
    // Readings too: each is written once, and so no later write makes good that it was lost.
    foundBy: [...LOST_IN_A_MOVE, 'R1'],
    needs: ['reshaping', 'loss', 'few-hints', 'shard-crashes'],
    begin: () => patch(CareWorld.prototype, 'ask', (original) => holdersAlike(original)),
  },
  'while a partition moves only those who held it before count': {
    foundBy: LOST_IN_A_MOVE,
    needs: ['reshaping', 'loss', 'cuts', 'shard-crashes'],
    begin: () => undone(slowToFinish(), countingFormer(QuorumRead), countingFormer(QuorumWrite)),
  },
  'a newcomer keeps stale rows of an earlier stay': {
    foundBy: [...LOST_IN_A_MOVE, 'S23'],
    needs: ['reshaping'],
    begin: () => patch(RingCopy.prototype, 'hasHeldSince', () => () => true),
  },
  "a leaver's rows are deleted before the move is final": {
    foundBy: LOST_IN_A_MOVE,
    needs: ['reshaping'],
    engine: (engine) => ({
      ...engine,
      setMeta(name, value) {
        engine.setMeta(name, value)
        if (name !== 'ring') return
        const ring = JSON.parse(value) as RingDocument
        const self = ring.shards.findIndex(({ id }) => id === engine.getMeta('shard-id'))
        for (const partition of jointPartitions(ring)) {
          const entry = ring.table[partition]
          const isLeaving = entry?.replicas.includes(self) && !entry.goal?.includes(self)
          if (isLeaving) engine.clear(partition, Number.MAX_SAFE_INTEGER)
        }
      },
    }),
  },
}

interface Quorum {
  groups: readonly unknown[]
  verdict(): unknown
}

/** Of the two groups of a partition that moves only the first is counted. */
function countingFormer(core: { readonly prototype: unknown }): () => void {
  return patch(
    core.prototype as Quorum,
    'verdict',
    (original) =>
      function (this: Quorum) {
        this.groups = this.groups.slice(0, 1)
        return original.call(this)
      },
  )
}

/** While a partition moves each of its holders seems to have the digest that came first. */
function holdersAlike(original: CareWorld['ask']): CareWorld['ask'] {
  const firstSums = new Map<string, readonly string[]>()
  return async function (this: CareWorld, link, request, signal) {
    const reply = await original.call(this, link, request, signal)
    const { view } = this.store
    if (request.kind !== 'digest' || reply?.kind !== 'digest' || !link || !view) return reply
    const { groups, links } = view.at(request.p)
    const isHolder = groups.length > 1 && groups[0]?.includes(links.indexOf(link))
    if (!isHolder) return reply
    const sums = firstSums.get(`${request.p} ${request.e}`) ?? reply.sums
    firstSums.set(`${request.p} ${request.e}`, sums)
    return { ...reply, sums }
  } as CareWorld['ask']
}

/** Legal, and it gives such a bug time to show. */
function slowToFinish(): () => void {
  return patch(
    Rebalancer.prototype as unknown as Inside,
    'propose',
    (original) =>
      async function (this: Inside, ...given) {
        const [, move] = given
        if (move.finish.length > 0) await this.care.store.clock.sleep(FINISH_AFTER_MS)
        return original.apply(this, given)
      },
  )
}

function undone(...mutations: readonly (() => void)[]): () => void {
  return () => {
    for (const undo of mutations.toReversed()) undo()
  }
}
