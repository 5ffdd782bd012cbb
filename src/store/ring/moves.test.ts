import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { begun, finished } from '../../../test/support/ring-steps.ts'
import { must } from '../../model/must.ts'
import type { PartitionEntry, RingDocument } from './document.ts'
import {
  addShard,
  cancelled,
  foundRing,
  type RingDecision,
  removeShard,
  replaceShard,
  replicasOf,
  withReplicationFactor,
} from './membership.ts'
import { completed, jointPartitions, newcomersOf, partitionsToMove, stepped } from './moves.ts'
import { holdersOf, isQuorum } from './quorum.ts'

const PARTITIONS = 128
const SPREAD_MAX = 1.05
const MOVED_MAX = 1.05

const shard = (n: number) => ({ id: `id-${n}`, address: `a${n}` })
const founded = (count: number, factor: number) =>
  foundRing(
    Array.from({ length: count }, (_, n) => shard(n)),
    { kind: 'factor', factor },
    PARTITIONS,
  )
const ringOf = (decision: RingDecision): RingDocument | null =>
  decision.kind === 'changed' ? decision.ring : null
const idOf = (ring: RingDocument, index: number) => must(ring.shards[index]).id
const goalsOnly = (ring: RingDocument) =>
  partitionsToMove(ring).filter((p) => !must(ring.table[p]).isJoint)

/** One document after another until nothing is left to do; `seen` hears of each. */
function settled(start: RingDocument, seen: (ring: RingDocument) => void = () => {}): RingDocument {
  let ring = start
  const go = (next: RingDocument) => {
    ring = next
    seen(ring)
  }
  for (let steps = 0; steps < 20; steps += 1) {
    if (goalsOnly(ring).length > 0) go(begun(ring, goalsOnly(ring)))
    if (jointPartitions(ring).length > 0) go(finished(ring, jointPartitions(ring)))
    const next = completed(ring)
    if (next === null) return ring
    go(next)
  }
  throw new Error('it never comes to rest')
}

type Step = (ring: RingDocument, chance: number) => RingDocument | null

const pick = <T>(all: readonly T[], chance: number) => all[Math.floor(chance * all.length)]
const some = (all: readonly number[], chance: number) =>
  all.filter((_, i) => (i * 7 + Math.floor(chance * 100)) % 3 === 0)
/** One that never was in the ring. */
const newShard = (ring: RingDocument) => shard(100 + ring.version)

/** As whoever moves partitions does it: some take their first step while others take their last. */
const bothStepped: Step = (ring, chance) =>
  stepped(ring, {
    begin: some(goalsOnly(ring), chance),
    finish: some(jointPartitions(ring), chance),
  })

const STEPS: readonly Step[] = [
  (ring) => ringOf(addShard(ring, newShard(ring))),
  (ring, chance) => ringOf(removeShard(ring, pick(ring.shards, chance)?.address ?? '', 1)),
  (ring, chance) =>
    ringOf(replaceShard(ring, pick(ring.shards, chance)?.address ?? '', newShard(ring))),
  (ring, chance) => ringOf(withReplicationFactor(ring, 1 + Math.floor(chance * 4))),
  (ring) => ringOf(cancelled(ring)),
  (ring, chance) => begun(ring, some(goalsOnly(ring), chance)),
  (ring, chance) => finished(ring, some(jointPartitions(ring), chance)),
  bothStepped,
  bothStepped,
  (ring) => settled(ring),
]

interface Walk {
  readonly count: number
  readonly factor: number
  readonly steps: readonly (readonly [number, number])[]
}

const walks: fc.Arbitrary<Walk> = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  factor: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(
    fc.tuple(fc.nat(STEPS.length - 1), fc.double({ min: 0, max: 0.99, noNaN: true })),
    {
      maxLength: 25,
    },
  ),
})

/** Every document of a walk and of its way to rest, each after the one before. */
function documentsOf({ count, factor, steps }: Walk): readonly RingDocument[] {
  let ring = founded(count, factor)
  const documents = [ring]
  for (const [kind, chance] of steps) {
    const next = kind === STEPS.length - 1 ? null : must(STEPS[kind])(ring, chance)
    if (next) documents.push(next)
    ring = next ?? ring
    if (kind === STEPS.length - 1) ring = settled(ring, (one) => documents.push(one))
  }
  settled(ring, (one) => documents.push(one))
  return documents
}

/** Calls back for each partition of each document with the one before. */
function walked(
  check: (
    before: { ring: RingDocument; entry: PartitionEntry },
    after: { ring: RingDocument; entry: PartitionEntry },
    partition: number,
  ) => void,
): void {
  const property = fc.property(walks, (walk) => {
    const documents = documentsOf(walk)
    for (const [i, ring] of documents.entries()) {
      const former = documents[i - 1]
      if (!former) continue
      assert.equal(ring.version, former.version + 1)
      for (const [p, entry] of ring.table.entries()) {
        check({ ring: former, entry: must(former.table[p]) }, { ring, entry }, p)
      }
    }
  })
  fc.assert(property, { numRuns: 60 })
}

test('whatever is asked for and taken back, a partition is held by distinct shards', () => {
  walked((_, { ring, entry }) => {
    for (const set of [entry.replicas, entry.goal ?? []]) {
      assert.equal(new Set(set).size, set.length)
      assert.ok(set.every((index) => index < ring.shards.length))
    }
    assert.ok(entry.replicas.length > 0)
  })
})

test('an epoch grows by one exactly when those change who count', () => {
  const groupsOf = (ring: RingDocument, { replicas, goal, isJoint }: PartitionEntry) =>
    [replicas, ...(isJoint ? [must(goal)] : [])].map((set) =>
      set
        .map((index) => idOf(ring, index))
        .sort()
        .join(),
    )
  walked((before, after) => {
    const isSame =
      groupsOf(before.ring, before.entry).join(';') === groupsOf(after.ring, after.entry).join(';')
    assert.equal(after.entry.epoch, before.entry.epoch + (isSame ? 0 : 1))
  })
})

test('a quorum of one document and one of the next share a shard, in every partition', () => {
  const checked = new Set<string>()
  walked((before, after) => {
    if (before.entry.epoch === after.entry.epoch) return
    const [old, now] = [quorumOf(before.ring, before.entry), quorumOf(after.ring, after.entry)]
    const all = [...new Set([...old.members, ...now.members])]
    const shape = JSON.stringify([old.shape(all), now.shape(all)])
    if (checked.has(shape)) return
    checked.add(shape)
    for (let mask = 0; mask < 2 ** all.length; mask += 1) {
      const chosen = new Set(all.filter((_, i) => (mask >> i) % 2 === 1))
      const others = new Set(all.filter((id) => !chosen.has(id)))
      assert.ok(!(old.isMet(chosen) && now.isMet(others)), shape)
    }
  })
  assert.ok(checked.size > 5, 'several shapes of moves have been seen')
})

function quorumOf(ring: RingDocument, entry: PartitionEntry) {
  const { members, groups } = holdersOf(entry)
  const ids = members.map((index) => idOf(ring, index))
  return {
    members: ids,
    isMet: (answered: ReadonlySet<string>) =>
      isQuorum(groups, (replica) => answered.has(must(ids[replica]))),
    shape: (all: readonly string[]) =>
      groups.map((group) => group.map((replica) => all.indexOf(must(ids[replica]))).sort()),
  }
}

test('the document says since which epoch a shard holds a partition without a break', () => {
  const property = fc.property(walks, (walk) => {
    const held = new Map<string, number>()
    for (const ring of documentsOf(walk)) {
      for (const [p, entry] of ring.table.entries()) {
        const members = holdersOf(entry).members.map((index) => idOf(ring, index))
        for (const key of held.keys()) {
          const [partition, id] = key.split(' ')
          if (Number(partition) === p && !members.includes(must(id))) held.delete(key)
        }
        for (const id of members) {
          const key = `${p} ${id}`
          if (!held.has(key)) held.set(key, ring.version === 1 ? 0 : entry.epoch)
        }
        for (const [position, index] of entry.replicas.entries()) {
          assert.equal(entry.since?.[position] ?? 0, held.get(`${p} ${idOf(ring, index)}`))
        }
      }
    }
  })
  fc.assert(property, { numRuns: 15 })
})

test('at rest nobody is left over, and every shard holds its share', () => {
  const property = fc.property(walks, (walk) => {
    const ring = must(documentsOf(walk).at(-1))
    assert.equal(ring.change, undefined)
    assert.ok(ring.shards.every(({ leaving }) => !leaving))
    const counts = ring.shards.map(() => 0)
    for (const { replicas } of ring.table) {
      assert.equal(replicas.length, replicasOf(ring))
      for (const index of replicas) counts[index] = must(counts[index]) + 1
    }
    const mean = (PARTITIONS * replicasOf(ring)) / ring.shards.length
    assert.ok(Math.max(...counts) <= Math.ceil(mean * SPREAD_MAX), `${counts.join()} of ${mean}`)
  })
  fc.assert(property, { numRuns: 60 })
})

test('who comes or goes moves hardly more than must be', () => {
  const moved = (ring: RingDocument) =>
    ring.table.reduce((sum, entry) => sum + newcomersOf(entry).length, 0)
  for (let count = 3; count <= 8; count += 1) {
    const ring = founded(count, 3)
    const ideal = (PARTITIONS * 3) / (count + 1)
    const bigger = must(ringOf(addShard(ring, shard(99))))
    assert.ok(
      moved(bigger) <= Math.ceil(ideal * MOVED_MAX),
      `${count}: ${moved(bigger)} of ${ideal}`,
    )
    const back = must(ringOf(removeShard(settled(bigger), 'a99', 1)))
    assert.ok(moved(back) <= Math.ceil(ideal * MOVED_MAX), `${count}: ${moved(back)} of ${ideal}`)
  }
})

test('a replaced shard hands on exactly what it holds, and nothing else moves', () => {
  const ring = founded(5, 3)
  const after = must(ringOf(replaceShard(ring, 'a2', shard(9))))
  const held = ring.table.flatMap(({ replicas }, p) =>
    replicas.some((index) => idOf(ring, index) === 'id-2') ? [p] : [],
  )
  assert.deepEqual(partitionsToMove(after), held)
  const end = settled(after)
  assert.ok(!end.shards.some(({ id }) => id === 'id-2'))
  assert.ok(end.shards.some(({ id }) => id === 'id-9'))
})

test('what was taken back ends where it began', () => {
  for (const change of [
    (ring: RingDocument) => addShard(ring, shard(9)),
    (ring: RingDocument) => removeShard(ring, 'a1', 1),
    (ring: RingDocument) => replaceShard(ring, 'a1', shard(9)),
    (ring: RingDocument) => withReplicationFactor(ring, 2),
  ]) {
    const ring = founded(4, 3)
    let under = must(ringOf(change(ring)))
    const half = (all: readonly number[]) => all.filter((_, i) => i % 2 === 0)
    under = begun(under, half(goalsOnly(under)))
    under = finished(under, half(jointPartitions(under)))
    const end = settled(must(ringOf(cancelled(under))))
    assert.deepEqual(end.shards.map(({ id }) => id).sort(), ring.shards.map(({ id }) => id).sort())
    assert.equal(end.replicationFactor, ring.replicationFactor)
    assert.equal(cancelled(end).kind, 'settled')
  }
})

test('without partitions to move a change is over at once', () => {
  const ring = must(ringOf(withReplicationFactor(founded(2, 2), 5)))
  assert.equal(ring.change?.partitions, 0)
  assert.equal(must(completed(ring)).change, undefined)
  assert.equal(completed(founded(3, 3)), null)
})
