/**
 * The figures of docs/household.md as Markdown, and the page with those of today between their
 * markers: what stands there was measured, never typed.
 */
import type { Incident } from '../../src/model/incident.ts'
import { type AlarmClass, CLASS_TEXTS, CLASSES, classOf } from './classes.ts'
import type { Watched } from './judged.ts'
import { NOTES } from './notes.ts'
import { shortTime } from './pictures.ts'
import { type Absence, type HouseHour, isoText, type OrderProof, type Pause } from './record.ts'

const CAUSE_TEXTS: Readonly<Record<Incident['cause'], string>> = {
  higher: 'higher',
  lower: 'lower',
  level: 'level changed?',
  stuck: 'stuck',
  silent: 'silent',
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((name) => (name.endsWith(' ') ? '--:' : '---')), ...rows]
  return lines.map((cells) => `| ${cells.map((one) => one.trim()).join(' | ')} |`).join('\n')
}

export function alarmsTable(incidents: readonly Incident[], hours: readonly HouseHour[]): string {
  const rows = incidents.map((incident, number) => {
    const { timeMs, value, low, high } = incident.opening
    const band = incident.cause === 'stuck' ? '' : ` (${low.toFixed(1)} to ${high.toFixed(1)})`
    return [
      ...[String(number + 1), shortTime(timeMs), CAUSE_TEXTS[incident.cause]],
      ...[`${value.toFixed(2)}${band}`, classOf(incident, hours), noteOf(incident) ?? NOT_SEEN],
    ]
  })
  return table(['# ', 'opened', 'told', 'kW (expected)', 'kind', 'by eye'], rows)
}

const NOT_SEEN = 'nobody has looked at it yet'

/** Undefined: nobody has looked at it yet. */
export function noteOf({ opening }: Incident): string | undefined {
  return NOTES[isoText(opening.timeMs).slice(0, 13)]
}

export function classesTable(incidents: readonly Incident[], hours: readonly HouseHour[]): string {
  const counts = new Map<AlarmClass, number>()
  for (const incident of incidents) {
    const kind = classOf(incident, hours)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const rows = CLASSES.map((kind) => {
    const { what, test, isWanted } = CLASS_TEXTS[kind]
    return [kind, String(counts.get(kind) ?? 0), what, test, isWanted]
  })
  return table(['kind', 'alarms ', 'what it was', 'by which numbers', 'would one want it?'], rows)
}

const WANTED: readonly AlarmClass[] = ['frozen', 'unexplained']

export function summaryText(
  { incidents, budgetPerMonth, alarmsPerMonth }: Watched,
  hours: readonly HouseHour[],
): string {
  const wanted = incidents.filter((one) => WANTED.includes(classOf(one, hours)))
  const [first, last] = [hours[0], hours.at(-1)].map((hour) => isoText(hour?.timeMs ?? 0))
  return [
    `From ${first?.slice(0, 10)} to ${last?.slice(0, 10)}: ${hours.length} hours,`,
    `**${incidents.length} alarms, ${alarmsPerMonth.toFixed(2)} a month**,`,
    `where the budget is ${budgetPerMonth}.`,
    `A person might be glad of ${wanted.length} of them (${WANTED.join(', ')}).`,
  ].join('\n')
}

/** The hour of the week in which a meter alarms most often; many in one: nothing is learned. */
export function recurringTable(judged: Readonly<Record<string, readonly Incident[]>>): string {
  const rows = Object.entries(judged).map(([name, incidents]) => {
    const hourOf = ({ opening }: Incident) => {
      const [weekday = '', , hour = ''] = shortTime(opening.timeMs).split(' ')
      return `${weekday} ${hour}`
    }
    const byHour = [...Map.groupBy(incidents, hourOf)]
    const [most] = byHour.sort(([, one], [, other]) => other.length - one.length)
    return [name, most?.[0] ?? '-', String(most?.[1].length ?? 0), String(incidents.length)]
  })
  return table(['meter', 'hour of the week', 'alarms in it ', 'of '], rows)
}

export interface RateRow {
  readonly rule: string
  readonly on: string
  readonly budgetPerMonth: number | null
  readonly alarms: number
  readonly alarmsPerMonth: number
  readonly byChannel: Readonly<Record<string, number>>
}

export function ratesTable(rates: readonly RateRow[]): string {
  const rows = rates.map(({ rule, on, budgetPerMonth, alarms, alarmsPerMonth, byChannel }) => {
    const channels = Object.entries(byChannel).sort(([, one], [, other]) => other - one)
    return [
      ...[rule, on, budgetPerMonth?.toFixed(2) ?? '-', String(alarms), alarmsPerMonth.toFixed(2)],
      budgetPerMonth === null ? '-' : (alarmsPerMonth / budgetPerMonth).toFixed(2),
      channels.map(([name, count]) => `${name} ${count}`).join(', '),
    ]
  })
  const head = ['rule', 'on', 'budget ', 'alarms ', 'a month ', 'of the budget ', 'by channel']
  return table(head, rows)
}

/** What was told from the first day away to the day after the last. */
export function absencesTable(
  absences: readonly Absence[],
  incidents: readonly Incident[],
): string {
  const rows = absences.map(({ fromMs, toMs, days, kwBefore, kwDuring }) => {
    const told = incidents
      .map(({ startMs }, number) => ({ startMs, number }))
      .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
      .map(({ number }) => String(number + 1))
    const [first, last] = [fromMs, toMs - 1].map((timeMs) => isoText(timeMs).slice(0, 10))
    const means = [kwBefore.toFixed(2), kwDuring.toFixed(2)]
    return [first ?? '', last ?? '', String(days), ...means, told.join(', ') || 'nothing']
  })
  return table(['from', 'to', 'days ', 'kW, four weeks before ', 'kW ', 'alarms'], rows)
}

export function pausesTable(pauses: readonly Pause[], incidents: readonly Incident[]): string {
  const rows = pauses.map(({ fromMs, toMs, hoursMissing }) => {
    const within = incidents.flatMap(({ startMs }, number) =>
      startMs >= toMs && startMs - toMs < 7 * 86_400_000 ? [String(number + 1)] : [],
    )
    const missing = String(hoursMissing)
    return [shortTime(fromMs), shortTime(toMs), missing, within.join(', ') || 'nothing']
  })
  return table(['last hour before', 'first after', 'missing h ', 'alarms in the week after'], rows)
}

export function orderTable(proof: OrderProof, midnights: readonly MidnightRow[]): string {
  const hours = [
    ['hours of the minute file on days 1 to 12', String(proof.hours)],
    ['their mean voltage stands in the hour file at its own time', String(proof.asTheyStand)],
    ['… stands there with day and month exchanged', String(proof.exchanged)],
    ...midnights.map(({ what, found, all }) => [what, `${found} of ${all}`]),
  ]
  return table(['', 'found '], hours)
}

export interface MidnightRow {
  readonly what: string
  readonly found: number
  readonly all: number
}

/** Each block between `<!-- name:begin -->` and `<!-- name:end -->` gets its text of today. */
export function withBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`The page has no place for ${name}.`)
    return `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`
  }, page)
}
