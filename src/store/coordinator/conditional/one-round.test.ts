/**
 * Changes that take one round: what this coordinator wrote last is changed without promises, and
 * whatever came in between is found, never overwritten.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Mood,
  refusing,
  registerScene,
  ringOf,
  silent,
} from '../../../../test/support/register-replicas.ts'
import { must } from '../../../model/must.ts'
import { NO_CHANGE, type ProposalOutcome } from './proposer.ts'
import { REQUESTS_REMEMBERED, type Register, registerOf } from './register.ts'

type Scene = ReturnType<typeof registerScene>

function decided(outcome: ProposalOutcome) {
  assert.equal(outcome.kind, 'decided')
  return must(outcome.kind === 'decided' ? outcome : undefined)
}

/** Since it was last asked for; which of the replicas it was does not matter. */
const heardIn = ({ replicas }: Scene) =>
  replicas.map(({ heard }) => heard.splice(0).join()).toSorted()
const textsIn = ({ replicas }: Scene) => replicas.map(({ row }) => registerOf(row?.v ?? null).text)
/** As one that had not been told of anything else. */
const accepting: Mood = (operation) => {
  if (operation.op !== 'apply') return undefined
  const { o, t, n } = operation.row
  return { r: 'held', o, t, n }
}
const ONE_ROUND = ['apply', 'apply', 'apply']
const TWO_ROUNDS = ['apply', 'promise,apply', 'promise,apply']

/** After one change from here; what each replica has heard is forgotten. */
async function sceneAfterOne(ring = ringOf([0, 1, 2])): Promise<Scene> {
  const scene = registerScene(ring)
  decided(await scene.change({ text: '1' }))
  await scene.turn()
  heardIn(scene)
  return scene
}

async function changed(scene: Scene, text: string, ifMatch?: string) {
  const condition = ifMatch === undefined ? {} : { ifMatch }
  const outcome = decided(await scene.change({ text, requestId: text, ...condition }))
  await scene.turn()
  return outcome
}

/** Another coordinator changes the register; `onto` says which replicas it reaches. */
function changeElsewhere(scene: Scene, text: string, onto = [0, 1, 2], revision = 1): Register {
  const ballot = { ...scene.ballots.next(1, null), n: 'other' }
  const register = { revision, text, etag: `of ${text}`, requests: [] }
  for (const replica of onto) must(scene.replicas[replica]).hold(register, ballot)
  return register
}

test('what was changed from here is changed again in one round, as often as it is', async () => {
  const scene = await sceneAfterOne()
  const etags = new Set<string | null>()
  for (const text of ['2', '3', '4']) {
    etags.add((await changed(scene, text)).changed.etag)
    assert.deepEqual(heardIn(scene), ONE_ROUND)
    assert.deepEqual(textsIn(scene), [text, text, text])
  }
  assert.equal(etags.size, 3)
  assert.equal(registerOf(scene.replicas[0]?.row?.v ?? null).revision, 4)
})

test('what another coordinator has changed since is found and not overwritten', async () => {
  const scene = await sceneAfterOne()
  const theirs = changeElsewhere(scene, 'theirs', [1, 2])
  const { register } = await changed(scene, 'ours')
  assert.deepEqual([register.text, register.revision], ['ours', theirs.revision + 1])
  assert.deepEqual(textsIn(scene), ['ours', 'ours', 'ours'])
})

test('what another coordinator was promised, though it wrote nothing yet, is kept', async () => {
  const scene = await sceneAfterOne()
  const theirs = { ...scene.ballots.next(1, null), n: 'other' }
  for (const replica of scene.replicas) replica.promised = theirs
  await changed(scene, 'ours')
  assert.deepEqual(heardIn(scene), ['apply,apply', 'apply,promise,apply', 'apply,promise,apply'])
})

test('a condition is held against what stands there, and not against the memory', async () => {
  const scene = await sceneAfterOne()
  const { etag } = changeElsewhere(scene, 'theirs')
  const told = [await changed(scene, 'ours', must(etag ?? undefined))]
  told.push(await changed(scene, 'more', must(etag ?? undefined)))
  assert.deepEqual(
    told.map((one) => one.changed.kind),
    ['changed', 'mismatch'],
  )
  heardIn(scene)
  await changed(scene, 'next', must(told[1]?.changed.etag ?? undefined))
  assert.deepEqual(heardIn(scene), ONE_ROUND, 'what was read for that is remembered')
})

/** Enough for the register to have forgotten a request of before. */
const MANY = REQUESTS_REMEMBERED + 1

/** So many changes were made elsewhere, and the last replica answers after the others. */
async function sceneOutrun(changes: number, lastMood: Mood = () => undefined) {
  const scene = await sceneAfterOne()
  const last = must(scene.replicas[2])
  const { revision, etag } = registerOf(last.row?.v ?? null)
  changeElsewhere(scene, 'theirs', [0, 1, 2], revision + changes)
  Object.assign(last, { isLate: true, mood: lastMood })
  const change = (condition = {}) => scene.change({ text: '2', requestId: '2', ...condition })
  return { ...scene, change, onFormer: { ifMatch: must(etag ?? undefined) } }
}

test('that all have refused one round is known once the last one has said so', async () => {
  for (const changes of [1, MANY - 1, MANY, MANY + 8]) {
    const scene = await sceneOutrun(changes)
    assert.equal(decided(await scene.change()).changed.kind, 'changed', `${changes} changes`)
    const { onFormer, ...other } = await sceneOutrun(changes)
    const told = decided(await other.change(onFormer)).changed
    assert.deepEqual(told, { kind: 'mismatch', etag: 'of theirs' }, `${changes} changes`)
    await other.turn()
    const asked = ['apply', 'apply,promise', 'apply,promise']
    assert.deepEqual(heardIn(other), asked, 'nothing is written for that')
  }
})

test('while the last one may have accepted one round, it may take effect yet', async () => {
  for (const lastMood of [silent('apply'), accepting]) {
    const outrun = await sceneOutrun(MANY, lastMood)
    assert.equal((await outrun.change(outrun.onFormer)).kind, 'unknown')
    const scene = await sceneOutrun(1, lastMood)
    assert.equal(decided(await scene.change(scene.onFormer)).changed.kind, 'mismatch')
    await scene.turn()
    const writtenAgain = /apply.*,apply/
    for (const one of heardIn(scene)) assert.match(one, writtenAgain, 'it stands above that')
  }
})

test('one round that only a minority accepted is found again and not done twice', async () => {
  const scene = await sceneAfterOne()
  const [, second, third] = scene.replicas
  let isAway = true
  for (const one of [second, third]) {
    must(one).mood = ({ op }) => {
      if (op !== 'apply' || !isAway) return undefined
      isAway = one !== third
      return 'silence'
    }
  }
  const { changed: told, register } = await changed(scene, '2')
  assert.equal(told.kind, 'repeated')
  assert.deepEqual([register.text, register.revision], ['2', 2])
})

test('in another epoch nothing is remembered', async () => {
  const scene = await sceneAfterOne()
  const ring = ringOf([0, 1, 2])
  scene.goBy({ ...ring, version: 2, table: ring.table.map((entry) => ({ ...entry, epoch: 2 })) })
  await changed(scene, '2')
  assert.deepEqual(heardIn(scene), TWO_ROUNDS)
})

test('where a quorum is not well, promises are asked for before it is tried', async () => {
  const scene = await sceneAfterOne()
  for (const replica of scene.replicas.slice(1)) replica.mood = silent('get')
  const { links } = must(scene.store.view)
  for (const link of links.slice(1)) link.health.failed()
  await changed(scene, '2')
  const promised = heardIn(scene).filter((one) => one.startsWith('promise'))
  assert.equal(promised.length, 2)
})

test('when all are busy it is not tried a second time', async () => {
  const scene = await sceneAfterOne()
  for (const replica of scene.replicas) replica.mood = refusing('busy')
  assert.deepEqual(await scene.change({ text: '2', requestId: '2' }), { kind: 'busy' })
  assert.deepEqual(heardIn(scene), ONE_ROUND)
})

test('where coordinators take turns none of them tries in vain', async () => {
  const scene = await sceneAfterOne()
  for (const text of ['2', '3', '4']) {
    scene.forget()
    changeElsewhere(scene, `theirs ${text}`)
    await changed(scene, text)
    assert.deepEqual(heardIn(scene), TWO_ROUNDS)
  }
  changeElsewhere(scene, 'theirs')
  await changed(scene, '5')
  assert.deepEqual(heardIn(scene), TWO_ROUNDS, 'it was not remembered')
  await changed(scene, '6')
  assert.deepEqual(heardIn(scene), TWO_ROUNDS)
  await changed(scene, '7')
  assert.deepEqual(heardIn(scene), ONE_ROUND, 'two in a row came from here')
})

test('what is written again as it stands gets above whatever was promised', async () => {
  const scene = await sceneAfterOne()
  const late = must(scene.replicas[2])
  late.row = null
  late.promised = { ...scene.ballots.next(1, null), n: 'other' }
  await scene.proposing((register) => ({ kind: 'changed', register, etag: register.etag }))
  await scene.turn()
  assert.deepEqual(textsIn(scene), ['1', '1', '1'])
})

test('a document that is read by a proposal is changed next in one round', async () => {
  const scene = await sceneAfterOne()
  assert.equal(decided(await scene.proposing(NO_CHANGE)).register.text, '1')
  heardIn(scene)
  await changed(scene, '2')
  assert.deepEqual(heardIn(scene), ONE_ROUND)
})
