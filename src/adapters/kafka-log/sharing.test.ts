import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JoinedMembership } from './faces.ts'
import { assignByTopic, compareSharing } from './sharing.ts'

const joined = (generation: number, partitions: number[], memberId = 'me'): JoinedMembership => ({
  memberId,
  generation,
  partitions,
})

test('what was ours and is ours in the next generation is kept', () => {
  const sharing = compareSharing([0, 1, 2], joined(4, [0, 1, 2]), joined(5, [1, 3]))
  assert.deepEqual(sharing, { kept: [1], lost: [0, 2], gained: [3] })
})

test('joining again without a new generation changes nothing', () => {
  const sharing = compareSharing([0, 1], joined(4, [0, 1]), joined(4, [0, 1]))
  assert.deepEqual(sharing, { kept: [0, 1], lost: [], gained: [] })
})

test('who missed a generation, or is a new member, begins everything again', () => {
  const again = { kept: [], lost: [0, 1], gained: [0, 1] }
  assert.deepEqual(compareSharing([0, 1], joined(4, [0, 1]), joined(6, [0, 1])), again)
  assert.deepEqual(compareSharing([0, 1], joined(4, [0, 1]), joined(3, [0, 1])), again)
  assert.deepEqual(compareSharing([0, 1], joined(4, [0, 1]), joined(5, [0, 1], 'other')), again)
})

test('a first sharing out is all gain, and so is what was given up in between', () => {
  assert.deepEqual(compareSharing([], undefined, joined(1, [2])), {
    ...{ kept: [], lost: [], gained: [2] },
  })
  assert.deepEqual(compareSharing([], joined(1, [2]), joined(2, [2])).gained, [2])
})

test('each topic is shared evenly among those that asked for it, and only them', () => {
  const wish = fc.subarray(['a', 'b', 'c'])
  const counts = fc.array(fc.nat(12), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 6 }), counts, (wishes, [a, b, c]) => {
      const partitions = new Map(Object.entries({ a, b, c } as Record<string, number>))
      const members = new Map(wishes.map((topics, index) => [`member-${index}`, topics]))
      const shares = assignByTopic(members, partitions)
      for (const [topic, count] of partitions) {
        const takers = [...members].filter(([, topics]) => topics.includes(topic))
        const own = takers.map(([id]) => shares.get(id)?.get(topic) ?? [])
        const all = own.flat().sort((one, other) => one - other)
        const expected = takers.length === 0 ? [] : Array.from({ length: count }, (_, p) => p)
        assert.deepEqual(all, expected)
        const sizes = own.map((share) => share.length)
        assert.ok(takers.length === 0 || Math.max(...sizes) - Math.min(...sizes) <= 1)
        for (const [id, topics] of members) {
          if (!topics.includes(topic)) assert.equal(shares.get(id)?.get(topic), undefined)
        }
      }
    }),
  )
})
