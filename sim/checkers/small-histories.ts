/**
 * Small histories of one conditional document, right ones and spoilt ones, and the plainest judge
 * of them: it tries every order of all attempts, on a register that does as it is told. It shares
 * no code with the real checker, which must agree with it.
 */
import { assert } from '../../src/model/must.ts'
import type { Random } from '../../src/ports/random.ts'
import { type ConditionalEntry, OPEN } from '../history.ts'

interface State {
  readonly text: string | null
  readonly etag: string | null
  readonly given: readonly string[]
  /** Etags of the changes that took effect, by request. */
  readonly applied: ReadonlyMap<string, string | null>
}

const AT_FIRST: State = { text: null, etag: null, given: [], applied: new Map() }
const OPERATIONS_MAX = 7
const MOMENTS = 1_000

export function hasAnyOrder(entries: readonly ConditionalEntry[]): boolean {
  const etags = entries.flatMap(({ expectedEtag, seenEtag }) => [expectedEtag, seenEtag])
  const pool = [...new Set(etags.filter((etag) => etag !== null))]
  const possible = entries.filter(
    ({ kind, outcome }) => outcome !== 'failed' && (kind !== 'read' || outcome === 'done'),
  )
  return tryOrders(possible, AT_FIRST, pool)
}

function tryOrders(
  left: readonly ConditionalEntry[],
  state: State,
  pool: readonly string[],
): boolean {
  if (left.every(({ end }) => end === OPEN)) return true
  return left.some((entry) => {
    if (left.some(({ end }) => end < entry.start)) return false
    const rest = left.filter((one) => one !== entry)
    return statesAfter(entry, state, pool).some((next) => tryOrders(rest, next, pool))
  })
}

function statesAfter(entry: ConditionalEntry, state: State, pool: readonly string[]): State[] {
  const { kind, outcome, requestId, seenText, seenEtag } = entry
  const stays = (isRight: boolean) => (isRight ? [state] : [])
  if (kind === 'read') return stays(seenText === state.text && seenEtag === state.etag)
  if (requestId !== null && state.applied.has(requestId)) {
    const isSame = seenEtag === null || seenEtag === state.applied.get(requestId)
    return stays(outcome === 'unknown' || (outcome === 'done' && isSame))
  }
  if (outcome === 'mismatch') {
    return stays(!isWelcome(entry, state) && (seenEtag === null || seenEtag === state.etag))
  }
  if (!isWelcome(entry, state)) return stays(outcome === 'unknown')
  return etagsFor(entry, state, pool).map((etag) => effect(entry, state, etag))
}

function isWelcome({ kind, expectedEtag }: ConditionalEntry, { text, etag }: State): boolean {
  return (kind !== 'create' || text === null) && (expectedEtag === null || expectedEtag === etag)
}

function etagsFor(
  { id, text, seenEtag }: ConditionalEntry,
  { given }: State,
  pool: readonly string[],
): readonly (string | null)[] {
  if (text === null) return [null]
  const possible = seenEtag === null ? [...pool, `of ${id}`] : [seenEtag]
  return possible.filter((etag) => !given.includes(etag))
}

function effect({ text, requestId }: ConditionalEntry, state: State, etag: string | null): State {
  return {
    text,
    etag,
    given: etag === null ? state.given : [...state.given, etag],
    applied: requestId === null ? state.applied : new Map([...state.applied, [requestId, etag]]),
  }
}

/** What a register answered to a few clients at once; some of it was lost on the way. */
export function smallHistory(random: Random): ConditionalEntry[] {
  let state = AT_FIRST
  const entries: ConditionalEntry[] = []
  const count = 2 + random.below(OPERATIONS_MAX - 1)
  const spans = Array.from({ length: count }, (_, i) => spanOf(random, i))
  for (const [index, { start, end }] of spans.sort((a, b) => a.effect - b.effect).entries()) {
    const attempt = { ...drawAttempt(random, index, state, entries), start, end }
    const isLost = attempt.kind !== 'read' && random.chance(0.35)
    const reached = isLost && random.chance(0.5) ? undefined : attemptOn(attempt, state)
    state = reached?.state ?? state
    if (reached && !isLost) entries.push(reached.entry)
    else entries.push({ ...attempt, outcome: 'unknown', end: OPEN })
  }
  return entries
}

/** Moments that no other operation has. */
function spanOf(random: Random, index: number) {
  const moments = [0, 1, 2].map((i) => random.below(MOMENTS) + (3 * index + i) / 100)
  const [start = 0, effect = 0, end = 0] = moments.sort((a, b) => a - b)
  return { start, effect, end }
}

function drawAttempt(
  random: Random,
  id: number,
  { etag, given }: State,
  entries: readonly ConditionalEntry[],
): ConditionalEntry {
  const kind = pick(random, ['read', 'put', 'put', 'put', 'create', 'delete'] as const)
  const isConditional = (kind === 'put' || kind === 'delete') && random.chance(0.6)
  const drawn: ConditionalEntry = {
    ...{ id, key: 'k', use: 'register', via: 'co1', kind, start: 0, end: 0, outcome: 'pending' },
    ...{ requestId: kind === 'read' ? null : `r${id}`, text: null, seenText: null, seenEtag: null },
    expectedEtag: isConditional ? pick(random, [etag, etag, ...given, 'no etag']) : null,
  }
  const repeated = pick(random, [...entries, null, null, null])
  if (repeated && repeated.kind !== 'read') {
    const { kind, requestId, expectedEtag, text } = repeated
    return { ...drawn, kind, requestId, expectedEtag, text }
  }
  return kind === 'put' || kind === 'create' ? { ...drawn, text: `t${id}` } : drawn
}

function attemptOn(entry: ConditionalEntry, state: State) {
  const { kind, requestId, text } = entry
  const { text: seenText, etag: seenEtag } = state
  if (kind === 'read') {
    return { state, entry: { ...entry, outcome: 'done' as const, seenText, seenEtag } }
  }
  const former = requestId === null ? undefined : state.applied.get(requestId)
  if (former !== undefined) {
    return { state, entry: { ...entry, outcome: 'done' as const, seenEtag: former } }
  }
  if (!isWelcome(entry, state)) {
    return { state, entry: { ...entry, outcome: 'mismatch' as const, seenEtag } }
  }
  const etag = text === null ? null : `e${entry.id}`
  const next = effect(entry, state, etag)
  return { state: next, entry: { ...entry, outcome: 'done' as const, seenEtag: etag } }
}

/** The same with one answer changed, which may leave it right. */
export function spoilt(entries: readonly ConditionalEntry[], random: Random): ConditionalEntry[] {
  const index = random.below(entries.length)
  return entries.map((entry, i) =>
    i === index ? withAnotherAnswer(entry, entries, random) : entry,
  )
}

function withAnotherAnswer(
  entry: ConditionalEntry,
  entries: readonly ConditionalEntry[],
  random: Random,
): ConditionalEntry {
  const { seenEtag } = pick(random, entries)
  const end = entry.end === OPEN ? entry.start + 0.001 : entry.end
  if (entry.kind === 'read') {
    const text = pick(random, entries).text
    if (text === null) return { ...entry, seenText: null, seenEtag: null }
    const own = `e${text.slice(1)}`
    return { ...entry, seenText: text, seenEtag: pick(random, [own, own, own, seenEtag ?? own]) }
  }
  const outcome = pick(random, ['done', 'mismatch', 'unknown', 'failed'] as const)
  if (outcome === 'unknown' || outcome === 'failed') {
    return { ...entry, outcome, end: OPEN, seenText: null, seenEtag: null }
  }
  if (outcome === 'done' && entry.text === null) return { ...entry, outcome, end, seenEtag: null }
  const told = outcome === 'done' ? [`e${entry.id}`, `e${entry.id}`, seenEtag] : [seenEtag, null]
  return { ...entry, outcome, end, seenEtag: pick(random, told) }
}

function pick<T>(random: Random, choices: readonly T[]): T {
  assert(choices.length > 0, 'there is a choice')
  return choices[random.below(choices.length)] as T
}
