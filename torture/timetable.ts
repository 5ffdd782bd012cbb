/**
 * What will be done to the store and when, drawn from the seed before anything begins. Kinds come
 * from a shuffled deck that is laid out again when it is through, so that even a short run sees
 * each of them. Strokes overlap as they fall, except those after which something is measured: they
 * stand alone, with a calm before and after, so that what is measured is theirs.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'

/** Kinds with the time that they take at least and at most, and whether they stand alone. */
const KINDS = {
  'kill-shard': { ms: [1_000, 6_000], isAlone: true },
  'kill-minority': { ms: [500, 6_000], isAlone: false },
  'kill-all-shards': { ms: [100, 3_000], isAlone: false },
  'kill-coordinator': { ms: [200, 5_000], isAlone: false },
  'stop-shard': { ms: [1_000, 30_000], isAlone: false },
  'stop-coordinator': { ms: [1_000, 30_000], isAlone: false },
  'cut-shard': { ms: [500, 8_000], isAlone: false },
  'cut-halves': { ms: [500, 8_000], isAlone: false },
  'cut-one-way': { ms: [500, 8_000], isAlone: false },
  'cut-client': { ms: [500, 8_000], isAlone: false },
  'slow-links': { ms: [1_000, 8_000], isAlone: false },
  'full-disk': { ms: [2_000, 10_000], isAlone: false },
  'rolling-restart': { ms: [0, 0], isAlone: true },
  'add-shard': { ms: [0, 0], isAlone: true },
  'remove-shard': { ms: [0, 0], isAlone: true },
  'replace-shard': { ms: [0, 0], isAlone: true },
} as const satisfies Record<string, { ms: readonly [number, number]; isAlone: boolean }>

export type StrokeKind = keyof typeof KINDS
export const STROKE_KINDS = Object.keys(KINDS) as readonly StrokeKind[]

export interface Stroke {
  readonly kind: StrokeKind
  /** Since the begin, at the earliest: who stands alone waits for those before. */
  readonly atMs: number
  readonly durationMs: number
  /** Whatever else it has to choose it draws from a stream of this name. */
  readonly purpose: string
}

export function standsAlone({ kind }: Stroke): boolean {
  return KINDS[kind].isAlone
}

const FIRST_MS = 2_000
export const CALM_MS = 2_000
/** Between the beginnings of two strokes that may overlap. */
const BETWEEN_MS_MAX = 4_000
/** At most one disk of a run is lost: more than a minority of the replicas is not promised. */
const ONCE: readonly StrokeKind[] = ['replace-shard']

/** Nothing begins later than `durationMs`. */
export function drawTimetable(
  random: Random,
  durationMs: number,
  kinds: readonly StrokeKind[] = STROKE_KINDS,
): readonly Stroke[] {
  const strokes: Stroke[] = []
  let nextMs = FIRST_MS
  let freeMs = FIRST_MS
  for (let round = 1; ; round += 1) {
    const deck = round === 1 ? kinds : kinds.filter((kind) => !ONCE.includes(kind))
    if (deck.length === 0) return strokes
    for (const kind of shuffled(deck, random.fork(`deck ${round}`))) {
      const purpose = `${kind} ${round}`
      const own = random.fork(purpose)
      const length = durationOf(kind, own)
      const { isAlone } = KINDS[kind]
      const atMs = isAlone ? freeMs + CALM_MS : nextMs
      if (atMs > durationMs) return strokes
      strokes.push({ kind, atMs, durationMs: length, purpose })
      freeMs = Math.max(freeMs, atMs + length)
      nextMs = isAlone ? freeMs + CALM_MS : atMs + own.below(BETWEEN_MS_MAX)
    }
  }
}

/** Short ones more often. */
function durationOf(kind: StrokeKind, random: Random): number {
  const [min, max] = KINDS[kind].ms
  return Math.floor(min + (max - min) * random.unit() * random.unit())
}

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  const rest = [...list]
  return list.map(() => must(rest.splice(random.below(rest.length), 1)[0]))
}
