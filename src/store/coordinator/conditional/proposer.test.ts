import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ballotOf,
  refused,
  refusing,
  registerScene,
  ringOf,
  silent,
} from '../../../../test/support/register-replicas.ts'
import { must } from '../../../model/must.ts'
import { NO_CHANGE, type ProposalOutcome } from './proposer.ts'
import { BLANK_REGISTER, REQUESTS_REMEMBERED, type Register, registerOf } from './register.ts'

type Scene = ReturnType<typeof registerScene>

const registerWith = (text: string, etag: string): Register => {
  return { revision: 5, etag, text, requests: [] }
}
const textsOf = ({ replicas }: Scene) => replicas.map(({ row }) => registerOf(row?.v ?? null).text)
/** What is decided there, by the proposer's own reading. */
async function readIn(scene: Scene): Promise<string | null> {
  return decided(await scene.proposing(NO_CHANGE)).register.text
}

function decided(outcome: ProposalOutcome) {
  assert.equal(outcome.kind, 'decided')
  return must(outcome.kind === 'decided' ? outcome : undefined)
}

test('a change is promised by a quorum, then accepted by all that are there', async () => {
  const scene = registerScene()
  const { changed } = decided(await scene.change({ text: '1' }))
  assert.equal(changed.kind, 'changed')
  await scene.turn()
  assert.deepEqual(textsOf(scene), ['1', '1', '1'])
  const heard = scene.replicas.map((one) => one.heard.join())
  assert.deepEqual(heard, ['promise,apply', 'promise,apply', 'apply'])
})

test('of a replica that refuses a promise or does not answer another takes the place', async () => {
  for (const mood of [refusing('busy', 'promise'), silent('promise')]) {
    const scene = registerScene()
    must(scene.replicas[0]).mood = mood
    decided(await scene.change({ text: '1' }))
    await scene.turn()
    const heard = scene.replicas.map((one) => one.heard.join())
    assert.deepEqual(heard, ['promise,apply', 'promise,apply', 'promise,apply'])
  }
})

test('one replica away changes nothing; two away, and certainly nothing was changed', async () => {
  const scene = registerScene()
  const [first, second] = scene.replicas
  must(first).mood = refusing('damaged')
  assert.equal(decided(await scene.change({ text: '1' })).changed.kind, 'changed')
  must(second).mood = silent('promise')
  scene.forget()
  const outcome = await scene.change({ text: '2', requestId: 's' })
  assert.equal(outcome.kind, 'failed')
  assert.deepEqual(textsOf(scene), [null, '1', '1'])
})

test('outbid while it asks for promises, it goes above what stands there', async () => {
  const scene = registerScene()
  const far = { ...ballotOf(0), t: scene.ballots.next(1, null).t + 1_000_000 }
  for (const replica of scene.replicas) replica.promised = far
  decided(await scene.change({ text: '1' }))
  assert.ok(must(scene.replicas[0]?.promised).t > far.t)
})

test('outbid at the second phase, it begins again on what the other has written', async () => {
  const scene = registerScene()
  let isOutbid = false
  const outbidOnce = () => {
    if (isOutbid) return undefined
    isOutbid = true
    const ballot = { ...scene.ballots.next(1, null), n: 'other' }
    for (const replica of scene.replicas) replica.hold(registerWith('theirs', 'e'), ballot)
    return undefined
  }
  for (const one of scene.replicas)
    one.mood = ({ op }) => (op === 'apply' ? outbidOnce() : undefined)
  const { changed, register } = decided(await scene.change({ text: 'ours' }))
  assert.equal(changed.kind, 'changed')
  assert.deepEqual([register.text, register.revision], ['ours', 6])
})

for (const op of ['promise', 'apply'] as const) {
  test(`fenced at ${op}, it fetches the ring and begins again in the newer one`, async () => {
    const scene = registerScene()
    const newer = ringOf([0, 1, 2])
    const table = newer.table.map((entry) => ({ ...entry, epoch: 2 }))
    for (const replica of scene.replicas) {
      replica.mood = (operation) =>
        operation.op === op && operation.e === 1 ? refused('fenced') : undefined
    }
    let fetched = 0
    scene.store.refreshRing = async () => {
      fetched += 1
      scene.goBy({ ...newer, version: 2, table })
    }
    decided(await scene.change({ text: '1' }))
    assert.equal(fetched, 1)
    assert.equal(scene.replicas[0]?.row?.o, 2, 'a ballot of the newer epoch')
  })
}

test('fenced to the end, certainly nothing was changed', async () => {
  const scene = registerScene()
  for (const replica of scene.replicas) replica.mood = refusing('fenced')
  const outcome = await scene.change({})
  assert.deepEqual(outcome, { kind: 'failed', refusal: 'fenced', had: 0 })
})

test('accepted by nobody knows whom, it is unknown; under its name it is done once', async () => {
  const scene = registerScene()
  for (const replica of scene.replicas) replica.mood = silent('apply', true)
  assert.equal((await scene.change({ text: '1' })).kind, 'unknown')
  for (const replica of scene.replicas) replica.mood = () => undefined
  const { changed, register } = decided(await scene.change({ text: '1' }, true))
  assert.deepEqual([changed.kind, register.revision], ['repeated', 1])
})

/** Accepts it on the first replica and refuses it on the others, which were promised to more. */
function acceptedByTheFirstAlone(scene: Scene) {
  const against = () => ({ ...scene.ballots.next(1, null), n: 'other' })
  let tries = 0
  for (const [n, replica] of scene.replicas.entries()) {
    replica.mood = ({ op }) => {
      if (op !== 'apply' || n === 0 || tries >= 2) return undefined
      tries += 1
      replica.promised = against()
      return undefined
    }
  }
}

test('what was perhaps accepted and then outbid is not done twice', async () => {
  const scene = registerScene()
  for (const replica of scene.replicas) replica.hold(registerWith('1', 'e'), ballotOf(5))
  acceptedByTheFirstAlone(scene)
  const { changed, register } = decided(await scene.change({ text: '2', ifMatch: 'e' }))
  assert.notEqual(changed.kind, 'mismatch')
  assert.deepEqual([register.text, register.revision], ['2', 6])
  assert.equal(register.requests.length, 1)
})

test('it is not told that nothing was changed while a minority holds the change', async () => {
  const scene = registerScene()
  const [first, second, third] = scene.replicas.map((one) => must(one))
  const late = must(third)
  for (const replica of scene.replicas) replica.hold(registerWith('old', 'x'), ballotOf(5))
  late.hold(registerWith('nobody knows', 'y'), ballotOf(6))
  // The first try finds what only the last replica holds, and is accepted by that one alone.
  let phase = 0
  must(first).mood = () => (phase === 0 ? refused('full') : undefined)
  must(second).mood = ({ op }) => {
    if (op !== 'apply' || phase > 0) return undefined
    phase = 1
    return { r: 'held', ...scene.ballots.next(1, null), n: 'other' }
  }
  const acceptedLast = () => registerOf(late.row?.v ?? null).text
  late.mood = ({ op }) => (op === 'apply' || phase === 0 ? undefined : refused('full'))
  const { changed } = decided(await scene.change({ text: 'ours', ifMatch: 'y' }))
  assert.deepEqual(changed, { kind: 'mismatch', etag: 'x' })
  must(first).mood = refusing('full')
  must(second).mood = () => undefined
  late.mood = () => undefined
  assert.equal(await readIn(scene), 'old', `the last replica had accepted ${acceptedLast()}`)
})

test('a request that somebody may have sent before is refused only for good', async () => {
  const scene = registerScene()
  for (const replica of scene.replicas) replica.hold(registerWith('1', 'x'), ballotOf(5))
  const asked = { ifMatch: 'y' }
  assert.equal(decided(await scene.change(asked)).changed.kind, 'mismatch')
  assert.ok(scene.replicas.every(({ heard }) => !heard.includes('apply')))
  assert.equal(decided(await scene.change(asked, true)).changed.kind, 'mismatch')
  await scene.turn()
  assert.ok(
    scene.replicas.every(({ heard }) => heard.includes('apply')),
    'written once more',
  )
})

const REQUEST = ['r', 'e'] as const
const found = (revision: number) =>
  ({ revision, etag: 'e', text: '"theirs"', requests: [REQUEST] }) as const

test('a request that a minority holds and that cannot be made certain may happen yet', async () => {
  for (const mood of [refusing('busy', 'apply'), refusing('late', 'apply'), silent('apply')]) {
    const scene = registerScene()
    must(scene.replicas[0]).hold(found(1), ballotOf(1))
    for (const replica of scene.replicas) replica.mood = mood
    assert.equal((await scene.change({ requestId: 'r' }, true)).kind, 'unknown')
  }
})

test('a request that is found again on a later document is told as done', async () => {
  const scene = registerScene()
  must(scene.replicas[0]).hold(found(1), ballotOf(1))
  let isOutbid = false
  const outbidOnce = () => {
    const ballot = { ...scene.ballots.next(1, null), n: 'other' }
    if (!isOutbid) for (const replica of scene.replicas) replica.hold(found(2), ballot)
    isOutbid = true
    return undefined
  }
  for (const one of scene.replicas)
    one.mood = ({ op }) => (op === 'apply' ? outbidOnce() : undefined)
  const { changed, register } = decided(await scene.change({ requestId: 'r' }, true))
  assert.deepEqual([changed.kind, register.revision], ['repeated', 2])
})

test('changed so often since that it may be forgotten, nobody knows', async () => {
  for (const [changes, kind] of [
    [REQUESTS_REMEMBERED - 1, 'decided'],
    [REQUESTS_REMEMBERED, 'unknown'],
  ] as const) {
    const scene = registerScene()
    let isFirst = true
    const outrun = () => {
      if (!isFirst) return undefined
      isFirst = false
      const ballot = { ...scene.ballots.next(1, null), n: 'other' }
      const revision = BLANK_REGISTER.revision + 1 + changes
      const register = { ...registerWith('theirs', 'e'), revision }
      for (const replica of scene.replicas) replica.hold(register, ballot)
      return 'silence' as const
    }
    const [first] = scene.replicas
    must(first).mood = ({ op }) => (op === 'apply' ? outrun() : undefined)
    assert.equal((await scene.change({ text: 'ours' })).kind, kind, `${changes} changes`)
  }
})

test('when all queues are full nothing was tried, and it is busy', async () => {
  const scene = registerScene()
  for (const replica of scene.replicas) replica.mood = refusing('busy')
  assert.deepEqual(await scene.change({}), { kind: 'busy' })
  await scene.turn()
  for (const replica of scene.replicas) replica.mood = refusing('busy', 'apply')
  assert.deepEqual(await scene.change({}), { kind: 'busy' }, 'also when nobody has accepted it')
})

test('while a partition moves, a majority of both groups must accept', async () => {
  const scene = registerScene(ringOf([0, 1, 2], [2, 3, 4]))
  const away = (...shards: readonly number[]) => {
    scene.forget()
    for (const [n, replica] of scene.replicas.entries()) {
      replica.mood = shards.includes(n) ? refusing('damaged') : () => undefined
    }
  }
  away(0, 4)
  assert.equal(decided(await scene.change({ text: '1' })).changed.kind, 'changed')
  away(3, 4)
  assert.equal((await scene.change({ text: '2', requestId: 's' })).kind, 'failed')
  away(0, 1)
  assert.equal((await scene.change({ text: '2', requestId: 't' })).kind, 'failed')
  away(1, 3)
  assert.equal(await readIn(scene), '1')
})

test('what stands on a minority is made certain before it is told', async () => {
  const scene = registerScene()
  scene.replicas[2]?.hold(registerWith('perhaps', 'e'), ballotOf(5))
  must(scene.replicas[0]).mood = refusing('damaged')
  assert.equal(await readIn(scene), 'perhaps')
  assert.deepEqual(textsOf(scene), [null, 'perhaps', 'perhaps'])
})
