/**
 * What a client of the conditional lane does next, and what it learns from the answer: it reads,
 * puts with and without a condition, creates, deletes, adds to a set and moves money by reading,
 * changing and writing back, and repeats under the same request id what it got no answer to.
 *
 * To decide and to learn is pure; only the last functions touch a store, and note what they asked
 * and saw. So the same clients serve the simulation and real processes. One key takes a few
 * thousand operations at most: who runs for long takes keys of another prefix now and then.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import {
  bankText,
  elementsOf,
  registerText,
  SET_ELEMENTS_MAX,
  setText,
} from './conditional-documents.ts'
import { type ConditionalEntry, type ConditionalUse, type History, OPEN } from './history.ts'

export interface ConditionalChange {
  /** Null deletes. */
  readonly text: string | null
  readonly ifMatch?: string
  readonly ifNoneMatch?: '*'
  readonly requestId?: string
}

export type ConditionalRead =
  | { readonly kind: 'found'; readonly text: string; readonly etag: string }
  | { readonly kind: 'absent'; readonly etag: null }
  | { readonly kind: 'unavailable' }

export type ChangeAnswer =
  /** The etag of the text that was put; of a retry, that of the first time. */
  | { readonly kind: 'done'; readonly etag: string | null }
  /** Certainly not done, because something else stands there; its etag, if it is told. */
  | { readonly kind: 'mismatch'; readonly etag: string | null }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' }

/** Neither method rejects for what the world does. */
export interface ConditionalStore {
  readConditional(key: string): Promise<ConditionalRead>
  change(key: string, change: ConditionalChange): Promise<ChangeAnswer>
}

export interface ConditionalKey {
  readonly key: string
  readonly use: ConditionalUse
}

/** One operation, as it is noted. */
export type ConditionalStep = Pick<
  ConditionalEntry,
  'key' | 'use' | 'kind' | 'requestId' | 'expectedEtag' | 'text'
>

interface Known {
  /** Null = nothing is there; undefined = it is not known, only the etag is. */
  readonly text: string | null | undefined
  readonly etag: string | null
  /** One that it had before. */
  readonly formerEtag: string | null
}

/** What a client remembers; a new one after each step. */
export interface ClientMemory {
  readonly name: string
  readonly steps: number
  readonly known: ReadonlyMap<string, Known>
  /** What was not answered, and how often it was tried. */
  readonly inDoubt: { readonly step: ConditionalStep; readonly tries: number } | null
}

const REGISTERS = 3
const READING = { kind: 'read', requestId: null, expectedEtag: null, text: null } as const
const RETRY_CHANCE = 0.8
/** A store remembers a request for some further changes only: who repeats does it soon. */
export const TRIES_MAX = 3
const REQUEST_ID_CHANCE = 0.8

export function conditionalKeys(prefix: string): readonly ConditionalKey[] {
  const registers = Array.from({ length: REGISTERS }, (_, number) => {
    return { key: `${prefix}register ${number}`, use: 'register' as const }
  })
  return [...registers, { key: `${prefix}set`, use: 'set' }, { key: `${prefix}bank`, use: 'bank' }]
}

/** Names of clients are unique, also among those that come later. */
export function newClient(name: string): ClientMemory {
  return { name, steps: 0, known: new Map(), inDoubt: null }
}

export function nextStep(
  memory: ClientMemory,
  keys: readonly ConditionalKey[],
  random: Random,
): ConditionalStep {
  if (memory.inDoubt && random.chance(RETRY_CHANCE)) return memory.inDoubt.step
  const used = must(keys[random.below(keys.length)])
  const known = memory.known.get(used.key)
  const name = `${memory.name}-${memory.steps}`
  const requestId = random.chance(REQUEST_ID_CHANCE) ? name : null
  const draft: ConditionalStep = { ...used, ...READING, requestId }
  const step =
    used.use === 'register'
      ? registerStep(draft, known, name, random)
      : updateStep(draft, known, name, random)
  return step.kind === 'read' ? { ...step, requestId: null } : step
}

function registerStep(
  draft: ConditionalStep,
  known: Known | undefined,
  name: string,
  random: Random,
): ConditionalStep {
  const draw = random.below(100)
  const etag = known?.etag ?? null
  const text = registerText(name)
  if (draw < 35) return draft
  if (draw < 50) return { ...draft, kind: 'put', text }
  if (draw < 60) return { ...draft, kind: 'create', text }
  if (draw < 66) return { ...draft, kind: 'delete' }
  if (known?.text === null) return { ...draft, kind: 'create', text }
  if (etag === null) return draft
  if (draw < 70) return { ...draft, kind: 'delete', expectedEtag: etag }
  if (draw < 75) return { ...draft, kind: 'put', text, expectedEtag: known?.formerEtag ?? etag }
  return { ...draft, kind: 'put', text, expectedEtag: etag }
}

/** Reads, unless it knows what stands there, and then puts it back changed. */
function updateStep(
  draft: ConditionalStep,
  known: Known | undefined,
  name: string,
  random: Random,
): ConditionalStep {
  const before = known?.text
  if (before === undefined || random.chance(0.3)) return draft
  if (draft.use === 'set' && isFull(before)) return draft
  const text = draft.use === 'set' ? setText(before, name) : bankText(before, name, random)
  if (before === null) return { ...draft, kind: 'create', text }
  return { ...draft, kind: 'put', text, expectedEtag: known?.etag ?? null }
}

function isFull(text: string | null): boolean {
  return text !== null && elementsOf(text).length >= SET_ELEMENTS_MAX
}

export function afterStep(
  memory: ClientMemory,
  step: ConditionalStep,
  answer: ConditionalRead | ChangeAnswer,
): ClientMemory {
  const learned = learnedFrom(step, answer)
  const before = memory.known.get(step.key)
  const isNew = learned?.etag !== before?.etag
  const formerEtag = (isNew ? before?.etag : before?.formerEtag) ?? null
  const known = learned
    ? new Map([...memory.known, [step.key, { ...learned, formerEtag }]])
    : memory.known
  return { ...memory, steps: memory.steps + 1, known, inDoubt: doubtAfter(memory, step, answer) }
}

/** A retry that has failed leaves the first attempt as doubtful as it was. */
function doubtAfter(
  { inDoubt }: ClientMemory,
  step: ConditionalStep,
  { kind }: ConditionalRead | ChangeAnswer,
): ClientMemory['inDoubt'] {
  const isRetry = step === inDoubt?.step
  const isOpen = kind === 'unknown' || (isRetry && kind === 'failed')
  if (!isOpen || step.requestId === null) return isRetry ? null : inDoubt
  const tries = isRetry ? inDoubt.tries + 1 : 1
  return tries < TRIES_MAX ? { step, tries } : null
}

function learnedFrom(
  step: ConditionalStep,
  answer: ConditionalRead | ChangeAnswer,
): Omit<Known, 'formerEtag'> | undefined {
  if (answer.kind === 'found') return { text: answer.text, etag: answer.etag }
  if (answer.kind === 'absent') return { text: null, etag: null }
  if (answer.kind === 'done') return { text: step.text, etag: answer.etag }
  if (answer.kind === 'mismatch') return { text: undefined, etag: answer.etag }
  return undefined
}

/** Where a client finds a store to ask, and how it passes the time between two steps. */
export interface ClientWorld {
  readonly history: History
  pause(): Promise<void>
  door(): Promise<{ readonly via: string; readonly store: ConditionalStore }>
}

/** One client from its first step to its last. */
export async function runConditionalClient(
  name: string,
  steps: number,
  world: ClientWorld,
  keys: readonly ConditionalKey[],
  random: Random,
): Promise<void> {
  let memory = newClient(name)
  while (memory.steps < steps) {
    await world.pause()
    const { via, store } = await world.door()
    const step = nextStep(memory, keys, random)
    memory = afterStep(memory, step, await takeStep(world.history, store, via, step))
  }
}

/** In the end, when all is calm: true when each key was read. */
export async function readConditionalKeys(
  history: History,
  store: ConditionalStore,
  via: string,
  keys: readonly ConditionalKey[],
): Promise<boolean> {
  const answers = await Promise.all(
    keys.map((used) => takeStep(history, store, via, { ...used, ...READING })),
  )
  return answers.every(({ kind }) => kind === 'found' || kind === 'absent')
}

/** Takes the step and notes it. What is never answered stays pending, which is open for ever. */
export async function takeStep(
  history: History,
  store: ConditionalStore,
  via: string,
  step: ConditionalStep,
): Promise<ConditionalRead | ChangeAnswer> {
  const entry: ConditionalEntry = {
    ...{ id: history.nextId(), ...step, via, start: history.tick(), end: OPEN },
    ...{ outcome: 'pending', seenText: null, seenEtag: null },
  }
  history.conditional.push(entry)
  const answer =
    step.kind === 'read'
      ? await store.readConditional(step.key)
      : await store.change(step.key, changeOf(step))
  noteAnswer(history, entry, answer)
  return answer
}

function changeOf({ kind, text, expectedEtag, requestId }: ConditionalStep): ConditionalChange {
  return {
    text,
    ...(expectedEtag === null ? {} : { ifMatch: expectedEtag }),
    ...(kind === 'create' ? { ifNoneMatch: '*' } : {}),
    ...(requestId === null ? {} : { requestId }),
  }
}

function noteAnswer(
  history: History,
  entry: ConditionalEntry,
  answer: ConditionalRead | ChangeAnswer,
): void {
  entry.outcome = outcomeOf(answer)
  if (entry.outcome === 'done' || entry.outcome === 'mismatch') entry.end = history.tick()
  if (answer.kind === 'found') entry.seenText = answer.text
  if ('etag' in answer) entry.seenEtag = answer.etag
}

function outcomeOf({ kind }: ConditionalRead | ChangeAnswer): ConditionalEntry['outcome'] {
  if (kind === 'found' || kind === 'absent') return 'done'
  return kind === 'unavailable' ? 'failed' : kind
}
