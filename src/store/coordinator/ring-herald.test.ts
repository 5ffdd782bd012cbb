import assert from 'node:assert/strict'
import { test } from 'node:test'
import { must } from '../../model/must.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import type { ReplyOf } from '../wire.ts'
import { RingHerald } from './ring-herald.ts'

const shard = (n: number): RingShard => ({ id: `id-${n}`, address: `a${n}` })
const FIRST = foundRing([shard(1), shard(2), shard(3)], { kind: 'factor', factor: 3 }, 2)
const SECOND: RingDocument = { ...FIRST, version: 2, shards: [1, 3, 4].map(shard) }

/** A herald whose shards answer by hand; its waits last until they are ended. */
function herald(unknown: readonly string[] = []) {
  const waiting = new Map<string, (reply: ReplyOf<'ring.store'> | null) => void>()
  const waits: (() => void)[] = []
  const one = new RingHerald({
    sleep: () => new Promise((resolve) => waits.push(resolve)),
    whereIs: ({ id, address }) => (unknown.includes(id) ? null : address),
    store: (address) => new Promise((resolve) => waiting.set(address, resolve)),
  })
  const answer = async (address: string, ring: RingDocument | null) => {
    must(waiting.get(address))(ring && { kind: 'ring.store', stored: true, ring })
    await new Promise((resolve) => setImmediate(resolve))
  }
  const told = () => [...waiting.keys()].sort()
  const endWaits = () => {
    for (const end of waits.splice(0)) end()
  }
  return { one, answer, told, endWaits }
}

/** Has it resolved within this turn? */
async function isOver(promise: Promise<void>): Promise<boolean> {
  const turn = new Promise<false>((resolve) => setImmediate(() => resolve(false)))
  return Promise.race([promise.then(() => true), turn])
}

test('all whom a change concerns are told, majorities of both rings are waited for', async () => {
  const { one, answer, told, endWaits } = herald()
  const telling = one.tellAll(FIRST, SECOND)
  assert.deepEqual(told(), ['a1', 'a2', 'a3', 'a4'])
  await answer('a1', SECOND)
  await answer('a2', SECOND)
  endWaits()
  assert.equal(await isOver(telling), false, 'of the new ring only one knows it')
  await answer('a4', SECOND)
  assert.equal(await isOver(telling), false, 'the last one may answer yet')
  endWaits()
  assert.equal(await isOver(telling), true)
  assert.deepEqual(one.holdersOf(SECOND), new Set(['id-1', 'id-2', 'id-4']))
})

test('when all have answered nothing is waited for, whatever they said', async () => {
  const { one, answer } = herald()
  const telling = one.tellAll(null, FIRST)
  for (const address of ['a1', 'a2', 'a3']) await answer(address, null)
  assert.equal(await isOver(telling), true)
  assert.deepEqual(one.holdersOf(FIRST), new Set())
})

test('a shard is believed what it said last: a restored disk may hold an older ring', () => {
  const { one } = herald()
  one.heard('id-1', SECOND)
  assert.deepEqual([...one.holdersOf(FIRST)], ['id-1'], 'a later version will do')
  one.heard('id-1', FIRST)
  assert.deepEqual([...one.holdersOf(SECOND)], [])
  one.heard('id-1', { ...SECOND, cluster: 'elsewhere' })
  assert.deepEqual([...one.holdersOf(FIRST)], [])
  one.heard('id-1', null)
  assert.deepEqual([...one.holdersOf(FIRST)], [])
})

test('who knows it, or is nowhere to be found, is told nothing', async () => {
  const { one, told } = herald(['id-1'])
  one.heard('id-2', SECOND)
  for (const each of FIRST.shards) void one.tell(each, FIRST)
  assert.deepEqual(told(), ['a3'])
})
