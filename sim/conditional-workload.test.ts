import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { conditionalRun } from './checkers/conditional-runs.ts'
import {
  BANK_TOTAL,
  balancesOf,
  bankText,
  elementsOf,
  SET_ELEMENTS_MAX,
  setText,
} from './conditional-documents.ts'
import {
  afterStep,
  type ClientMemory,
  type ConditionalRead,
  type ConditionalStep,
  conditionalKeys,
  newClient,
  nextStep,
  readConditionalKeys,
  TRIES_MAX,
  takeStep,
} from './conditional-workload.ts'
import { History, OPEN } from './history.ts'

const SET = [{ key: 'set', use: 'set' }] as const
const REGISTER = [{ key: 'register', use: 'register' }] as const

/** What a client may do next, as often as it is asked. */
function choices(memory: ClientMemory, keys: Parameters<typeof nextStep>[1]) {
  return Array.from({ length: 300 }, (_, seed) => nextStep(memory, keys, seededRandom(seed)))
}

const kindsOf = (steps: readonly ConditionalStep[]) => [...new Set(steps.map(({ kind }) => kind))]

/** The client has read this. */
function knowing(answer: ConditionalRead, { key, use }: { key: string; use: 'set' | 'register' }) {
  const none = { requestId: null, expectedEtag: null, text: null }
  return afterStep(newClient('c1'), { key, use, kind: 'read', ...none }, answer)
}

test('every way to use the lane comes up', async () => {
  const keys = conditionalKeys('cas:')
  const { conditional } = await conditionalRun('ways', { clients: 5, steps: 100, keys })
  const seen = (isSo: (entry: (typeof conditional)[number]) => boolean) =>
    assert.ok(conditional.filter(isSo).length > 5, isSo.toString())
  seen(({ kind, outcome }) => kind === 'read' && outcome === 'done')
  seen(({ kind, expectedEtag, outcome }) => kind === 'put' && !expectedEtag && outcome === 'done')
  seen(
    ({ use, expectedEtag, outcome }) => use === 'register' && !!expectedEtag && outcome === 'done',
  )
  seen(({ expectedEtag, outcome }) => !!expectedEtag && outcome === 'mismatch')
  seen(({ kind, outcome }) => kind === 'create' && outcome === 'done')
  seen(({ kind, outcome }) => kind === 'create' && outcome === 'mismatch')
  seen(({ kind, outcome }) => kind === 'delete' && outcome === 'done')
  seen(({ use, outcome }) => use === 'set' && outcome === 'done')
  seen(({ use, outcome }) => use === 'bank' && outcome === 'done')
  seen(({ requestId }) => conditional.filter((one) => one.requestId === requestId).length > 1)
})

test('who does not know what stands in a set reads it first', () => {
  assert.deepEqual(kindsOf(choices(newClient('c1'), SET)), ['read'])
  const absent = knowing({ kind: 'absent', etag: null }, SET[0])
  assert.deepEqual(kindsOf(choices(absent, SET)).sort(), ['create', 'read'])
})

test('an element is added to what was read, under its etag', () => {
  const text = setText(setText(null, 'a'), 'b')
  const memory = knowing({ kind: 'found', text, etag: '"1"' }, SET[0])
  const addition = choices(memory, SET).find(({ kind }) => kind === 'put')
  assert.equal(addition?.expectedEtag, '"1"')
  assert.deepEqual(elementsOf(addition?.text ?? ''), ['a', 'b', 'c1-1'])
})

test('now and then a change demands the etag before the last one', () => {
  const none = { requestId: null, expectedEtag: null, text: null }
  const step = { ...REGISTER[0], kind: 'read', ...none } as const
  let memory = newClient('c1')
  for (const etag of ['"1"', '"2"', '"2"']) {
    memory = afterStep(memory, step, { kind: 'found', text: `text of ${etag}`, etag })
  }
  const demanded = choices(memory, REGISTER).map(({ expectedEtag }) => expectedEtag)
  assert.deepEqual([...new Set(demanded)].sort(), ['"1"', '"2"', null])
})

test('a set that is full is only read', () => {
  let text = setText(null, 'first')
  for (let i = 1; i < SET_ELEMENTS_MAX; i += 1) text = setText(text, `${i}`)
  const memory = knowing({ kind: 'found', text, etag: '"1"' }, SET[0])
  assert.deepEqual(kindsOf(choices(memory, SET)), ['read'])
})

test('transfers leave the total of a bank as it is', () => {
  const random = seededRandom('bank')
  let text = bankText(null, 'first', random)
  for (let i = 0; i < 50; i += 1) {
    const before = balancesOf(text)
    text = bankText(text, `${i}`, random)
    assert.equal(balancesOf(text).filter((balance, at) => balance !== before[at]).length, 2)
  }
  assert.equal(
    balancesOf(text).reduce((a, b) => a + b, 0),
    BANK_TOTAL,
  )
})

test('what was not answered is asked again under the same request, until it is settled', () => {
  const step: ConditionalStep = {
    ...{ key: 'register', use: 'register', kind: 'put', text: 'x' },
    ...{ requestId: 'c1-0', expectedEtag: null },
  }
  const isRetried = (memory: ClientMemory) => choices(memory, REGISTER).includes(step)
  const inDoubt = afterStep(newClient('c1'), step, { kind: 'unknown' })
  assert.ok(isRetried(inDoubt))
  assert.ok(isRetried(afterStep(inDoubt, step, { kind: 'failed' })), 'the first is in doubt still')
  assert.ok(!isRetried(afterStep(inDoubt, step, { kind: 'done', etag: '"1"' })))
  assert.ok(!isRetried(afterStep(inDoubt, step, { kind: 'mismatch', etag: null })))
  const again = afterStep(inDoubt, step, { kind: 'unknown' })
  assert.ok(isRetried(again) && TRIES_MAX === 3)
  assert.ok(!isRetried(afterStep(again, step, { kind: 'unknown' })), 'it was tried often enough')
  const without = { ...step, requestId: null }
  const memory = afterStep(newClient('c1'), without, { kind: 'unknown' })
  assert.equal(memory.inDoubt, null, 'without a request it would be a second change')
})

test('an operation that is never answered stays open, and what it was is noted', async () => {
  const history = new History()
  const never = new Promise<never>(() => {})
  const store = { readConditional: () => never, change: () => never }
  const step = nextStep(newClient('c1'), REGISTER, seededRandom(3))
  void takeStep(history, store, 'co1', step)
  const [entry] = history.conditional
  assert.deepEqual({ ...entry, ...step }, entry)
  assert.equal(entry?.end, OPEN)
  assert.equal(entry?.outcome, 'pending')
})

test('in the end all keys are read, and whoever cannot be read is told', async () => {
  const history = new History()
  const change = () => Promise.resolve({ kind: 'failed' } as const)
  const readConditional = async (key: string) =>
    key === 'away' ? { kind: 'unavailable' as const } : { kind: 'absent' as const, etag: null }
  const store = { readConditional, change }
  const away = { key: 'away', use: 'register' } as const
  assert.equal(await readConditionalKeys(history, store, 'co1', [...REGISTER, ...SET]), true)
  assert.equal(await readConditionalKeys(history, store, 'co1', [...REGISTER, away]), false)
  assert.deepEqual(
    history.conditional.map(({ key, outcome }) => [key, outcome]),
    [
      ['register', 'done'],
      ['set', 'done'],
      ['register', 'done'],
      ['away', 'failed'],
    ],
  )
})

test('conditions and request ids go out as they were decided', async () => {
  const history = new History()
  const asked: unknown[] = []
  const store = {
    readConditional: async () => ({ kind: 'absent', etag: null }) as const,
    change: async (key: string, change: unknown) => {
      asked.push({ key, change })
      return { kind: 'mismatch', etag: '"9"' } as const
    },
  }
  const base = { key: 'register', use: 'register', text: 'x' } as const
  const steps: readonly ConditionalStep[] = [
    { ...base, kind: 'create', requestId: 'r1', expectedEtag: null },
    { ...base, kind: 'put', requestId: null, expectedEtag: '"1"' },
  ]
  for (const step of steps) await takeStep(history, store, 'co1', step)
  assert.deepEqual(asked, [
    { key: 'register', change: { text: 'x', ifNoneMatch: '*', requestId: 'r1' } },
    { key: 'register', change: { text: 'x', ifMatch: '"1"' } },
  ])
  assert.deepEqual(
    history.conditional.map(({ outcome, seenEtag, end }) => [outcome, seenEtag, end]),
    [
      ['mismatch', '"9"', 2],
      ['mismatch', '"9"', 4],
    ],
  )
})
