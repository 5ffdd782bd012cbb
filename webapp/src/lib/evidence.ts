/**
 * What a detector says an alarm rests on: the band it expected, by which rule it judged, how many
 * moments it compared, and the story in a sentence. Not every detector tells it, and not all of it;
 * whatever is missing or is no number is left out, so that a page never shows a band that nobody
 * meant.
 */
import type { Language } from '../app/search.ts'

export interface Evidence {
  /** What was expected at that moment. */
  readonly band: { readonly low: number; readonly high: number } | undefined
  /** How long nothing came, where that is what is told of. */
  readonly silenceSeconds: number | undefined
  /** The rule's name, as the detector has it. */
  readonly channel: string | undefined
  /** Comparable moments that the value was held against. */
  readonly comparable: number | undefined
  readonly timeMs: number | undefined
}

/** Of a silence, the numbers are seconds and no values of the metric. */
const SILENCE = 'silence'

type Fields = Readonly<Record<string, unknown>>

/** Of one event of an alert document. */
export function evidenceOf(event: unknown): Evidence | undefined {
  const evidence = fieldsOf(fieldsOf(event)?.evidence)
  if (!evidence) return undefined
  const isSilence = evidence.channel === SILENCE
  return {
    band: isSilence ? undefined : (bandOf(evidence) ?? bandOf(fieldsOf(evidence.expected))),
    silenceSeconds: isSilence ? numberOf(evidence.value) : undefined,
    channel: textOf(evidence.channel),
    comparable: numberOf(evidence.comparable),
    timeMs: numberOf(evidence.timeMs),
  }
}

/** The detector's own words; undefined where it has none in this language. */
export function wordsOf(event: unknown, language: Language): string | undefined {
  const fields = fieldsOf(event)
  return textOf(language === 'it' ? fields?.descrizione : fields?.descrizione_en)
}

function bandOf(fields: Fields | undefined): Evidence['band'] {
  const [low, high] = [numberOf(fields?.low), numberOf(fields?.high)]
  return low === undefined || high === undefined || high <= low ? undefined : { low, high }
}

const HALF_HOUR_SECONDS = 1_800

/** By half hour since 1970. */
export type ToldBands = ReadonlyMap<number, NonNullable<Evidence['band']>>

/** The bands that alarms of one metric tell, out of their documents; the later one counts. */
export function toldBands(documents: readonly unknown[], metric: string): ToldBands {
  const told = documents.flatMap((document) => {
    const events = fieldsOf(document)?.eventi
    return (Array.isArray(events) ? events : []).flatMap((event: unknown) => {
      const { band, timeMs } = evidenceOf(event) ?? {}
      const isAbout = fieldsOf(event)?.metrica === metric && band && timeMs !== undefined
      return isAbout ? [{ band, timeMs }] : []
    })
  })
  told.sort((one, other) => one.timeMs - other.timeMs)
  return new Map(told.map(({ band, timeMs }) => [slotOf(timeMs / 1000), band]))
}

export function toldAt(bands: ToldBands, seconds: number): Evidence['band'] {
  return bands.get(slotOf(seconds))
}

function slotOf(seconds: number): number {
  return Math.floor(seconds / HALF_HOUR_SECONDS)
}

/** The band over the times of a chart: the half hour that was judged, and nothing beside it. */
export function bandAlong(
  { band, timeMs }: Evidence,
  momentSeconds: number,
  times: readonly number[],
) {
  if (!band) return undefined
  const judged = slotOf(timeMs === undefined ? momentSeconds : timeMs / 1000)
  const along = (value: number) => times.map((time) => (slotOf(time) === judged ? value : null))
  return { low: along(band.low), high: along(band.high) }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
