import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NetworkError, ProtocolError } from '@platformatic/kafka'
import { instantClock } from '../../../test/support/instant-clock.ts'
import { silentTrace } from '../../../test/support/traces.ts'
import { LogError } from '../../ports/log.ts'
import { commitPatiently, type Ownership } from './commit.ts'
import type { KafkaMember, Membership } from './faces.ts'
import { DEFAULT_TUNING } from './tuning.ts'

const away = () => new NetworkError('Connection closed')
const moving = () => new ProtocolError('REBALANCE_IN_PROGRESS')
const oldGeneration = () => new ProtocolError('ILLEGAL_GENERATION')
const forgotten = () => new ProtocolError('UNKNOWN_MEMBER_ID')

interface Sent {
  readonly generation: number
  readonly next: number
}

/** A member whose commits fail as the script says, and then succeed. */
function openDesk(script: readonly (() => Error)[] = []) {
  const sent: Sent[] = []
  const failures = [...script]
  const member: KafkaMember = {
    join: async () => {},
    leave: async () => {},
    abandon: async () => {},
    async commit({ generation }: Membership, _partition: number, next: number) {
      sent.push({ generation, next })
      const failure = failures.shift()
      if (failure) throw failure()
    },
  }
  const membership = { memberId: 'me', generation: 7 }
  const part: Ownership = { partition: 0, membership, isOver: false, wanted: 0, committed: 0 }
  const world = {
    ...{ bootstrap: ['kafka:9092'], clock: instantClock(), trace: silentTrace },
    tuning: DEFAULT_TUNING,
  }
  const end = () => {
    part.isOver = true
  }
  const commit = (next: number) => commitPatiently(world, member, part, next, end)
  return { sent, part, commit, end }
}

test('a commit carries the generation under which the partition is ours', async () => {
  const { sent, part, commit } = openDesk()
  assert.equal(await commit(10), 'committed')
  part.membership = { memberId: 'me', generation: 8 }
  assert.equal(await commit(20), 'committed')
  assert.deepEqual(sent, [
    { generation: 7, next: 10 },
    { generation: 8, next: 20 },
  ])
})

test('what is lost is fenced without asking, but what was committed stays so', async () => {
  const { sent, commit, end } = openDesk()
  await commit(10)
  end()
  assert.equal(await commit(20), 'fenced')
  assert.equal(await commit(10), 'committed')
  assert.equal(sent.length, 1)
})

test('a member that the group has forgotten loses everything', async () => {
  const { part, commit } = openDesk([forgotten])
  assert.equal(await commit(10), 'fenced')
  assert.ok(part.isOver)
})

test('while the group is shared out, a commit waits for what comes of it', async () => {
  const stays = openDesk([moving, oldGeneration])
  assert.equal(await stays.commit(10), 'committed')
  assert.equal(stays.sent.length, 3)

  const goes = openDesk([moving])
  const outcome = goes.commit(10)
  goes.end()
  assert.equal(await outcome, 'fenced')
})

test('a later commit takes an earlier one along, and never goes back', async () => {
  const { sent, commit } = openDesk([away])
  assert.deepEqual(await Promise.all([commit(10), commit(20)]), ['committed', 'committed'])
  assert.equal(await commit(5), 'committed')
  assert.deepEqual(
    sent.map(({ next }) => next),
    [10, 20],
  )
})

test('a broker that stays away ends the patience', async () => {
  const { part, commit } = openDesk(Array(1_000).fill(away))
  await assert.rejects(commit(10), (error) => {
    return error instanceof LogError && error.code === 'unavailable'
  })
  assert.equal(part.committed, 0)
})

test('what is not a failure of Kafka is a bug and is seen', async () => {
  const { commit } = openDesk([() => new TypeError('a bug')])
  await assert.rejects(commit(10), TypeError)
})
