import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingDocument } from '../ring/document.ts'
import { addShard, foundRing, sealed, unsealed } from '../ring/membership.ts'
import { publishRing } from './ring-publish.ts'

const shard = (n: number) => ({ id: `id-${n}`, address: `a${n}` })
const OLD = foundRing([shard(1), shard(2), shard(3)], { kind: 'factor', factor: 3 }, 16)
const decision = addShard(OLD, shard(4), { keys: 0, unknown: [] })
assert.ok(decision.kind === 'changed')
const NEW = decision.ring

/** Publishes while some shards are silent and some hold another ring; says who was asked. */
async function published(
  silent: readonly string[],
  others: Readonly<Record<string, RingDocument>> = {},
  [before, after]: readonly [RingDocument, RingDocument] = [OLD, NEW],
) {
  const asked: string[] = []
  const result = await publishRing(before, after, 3, async ({ id }, ring) => {
    asked.push(id)
    if (silent.includes(id)) return null
    const other = others[id]
    return { kind: 'ring.store', stored: !other, ring: other ?? ring }
  })
  return { kind: result.kind, asked }
}

test('a ring counts once majorities of the old and of the new shards hold it', async () => {
  assert.equal((await published([])).kind, 'stored')
  assert.equal((await published(['id-2'])).kind, 'stored')
  assert.equal((await published(['id-2', 'id-3'])).kind, 'unreachable')
  assert.equal((await published(['id-4', 'id-1'])).kind, 'unreachable')
})

test('whoever meets another ring stops there and has written nothing behind it', async () => {
  const other = { ...OLD, version: 2 }
  const { kind, asked } = await published([], { 'id-1': other })
  assert.equal(kind, 'conflict')
  assert.deepEqual(asked, ['id-1'])
})

test('newcomers come last, whatever they are called', async () => {
  const decision = addShard(OLD, { id: 'id-0', address: 'a0' }, { keys: 0, unknown: [] })
  assert.ok(decision.kind === 'changed')
  const { asked } = await published([], {}, [OLD, decision.ring])
  assert.deepEqual(asked, ['id-1', 'id-2', 'id-3', 'id-0'])
})

test('a ring is sealed and opened through the first shard, or nothing is written', async () => {
  const seal = sealed(OLD)
  for (const change of [[OLD, seal] as const, [seal, unsealed(seal)] as const]) {
    const { kind, asked } = await published(['id-1'], {}, change)
    assert.equal(kind, 'unreachable')
    assert.deepEqual(asked, ['id-1'])
    assert.equal((await published(['id-2'], {}, change)).kind, 'unreachable', 'too few of three')
  }
})

test('a shard that holds the very same ring already has it', async () => {
  assert.equal((await published([], { 'id-1': NEW, 'id-2': NEW })).kind, 'stored')
})
