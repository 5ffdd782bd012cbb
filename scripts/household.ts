/**
 * Writes the figures and pictures of docs/household.md: four years of one household through the
 * very code of `energyguard backtest`, at the default budget, beside other budgets and the original
 * rule. Run it again when the rule has changed:
 *
 *   npm run household                            the page and its pictures
 *   npm run household -- --series=FILE           also the series, as `energyguard backtest` reads it
 *
 * Says which alarms nobody has looked at yet (scripts/household/notes.ts).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WATCHED_METRICS } from '../src/detection/incidents/incident-event.ts'
import { BUDGET_PER_MONTH_USUAL } from '../src/detection/watch/options.ts'
import type { Incident } from '../src/model/incident.ts'
import { ROOT } from '../test/support/source-files.ts'
import { monthsOf, originalAlarms, watched } from './household/judged.ts'
import { ratesPicture, shortTime, storiesPicture, yearsPicture } from './household/pictures.ts'
import {
  absencesOf,
  DAY_MS,
  daysPutRight,
  type HouseHour,
  hoursOf,
  orderProof,
  pausesOf,
  readTable,
  seriesCsv,
} from './household/record.ts'
import {
  absencesTable,
  alarmsTable,
  classesTable,
  noteOf,
  orderTable,
  pausesTable,
  type RateRow,
  ratesTable,
  withBlocks,
} from './household/tables.ts'

const READINGS = join(ROOT, '../shared/readings')
const PAGE = join(ROOT, 'docs/household.md')
const PICTURES = join(ROOT, 'docs/household')
const BUDGETS = [0.25, 0.5, BUDGET_PER_MONTH_USUAL, 2, 4]
const METRIC_TEXTS = { kw: 'power', corrente: 'current', tensione: 'voltage' } as const
/** Shorter ones are single hours in which minutes are missing. */
const PAUSE_HOURS_TOLD = 4

function ratesOf(hours: readonly HouseHour[]): readonly RateRow[] {
  const share = BUDGET_PER_MONTH_USUAL / WATCHED_METRICS.length
  const watchRow = (on: string, metric: keyof typeof METRIC_TEXTS, budget: number) => {
    const { incidents, ...rest } = watched(hours, metric, budget)
    return { rule: 'watch', on, alarms: incidents.length, ...rest }
  }
  const { alarmsMs, episodesMs } = originalAlarms(hours)
  const originalRow = (rule: string, { length }: readonly number[]) => ({
    ...{ rule, on: METRIC_TEXTS.kw, budgetPerMonth: null, alarms: length, byChannel: {} },
    alarmsPerMonth: length / monthsOf(hours),
  })
  return [
    ...BUDGETS.map((budget) => watchRow(METRIC_TEXTS.kw, 'kw', budget)),
    ...WATCHED_METRICS.map((metric) =>
      watchRow(`${METRIC_TEXTS[metric]}, as one of a floor’s three`, metric, share),
    ),
    originalRow('original: hours that alarm', alarmsMs),
    originalRow('original: at most one in half a day', episodesMs),
  ]
}

/** Alarms that open at the seam of two days, where the exchanged days meet the others. */
function midnightsOf(what: string, incidents: readonly Incident[]) {
  const atMidnight = incidents.filter(({ opening }) => opening.timeMs % DAY_MS === 0)
  return { what, found: atMidnight.length, all: incidents.length }
}

function main(): void {
  const { values } = parseArgs({ options: { series: { type: 'string' } } })
  const asTheyStand = hoursOf(readTable(join(READINGS, 'household_hour.csv.gz')))
  const hours = daysPutRight(asTheyStand)
  if (values.series !== undefined) writeFileSync(values.series, seriesCsv(hours))
  const { incidents } = watched(hours, 'kw', BUDGET_PER_MONTH_USUAL)
  const unsorted = watched(asTheyStand, 'kw', BUDGET_PER_MONTH_USUAL)
  const proof = orderProof(asTheyStand, readTable(join(READINGS, 'household_minute.csv.gz')))
  const absences = absencesOf(hours)
  const pauses = pausesOf(hours).filter(({ hoursMissing }) => hoursMissing >= PAUSE_HOURS_TOLD)
  const midnights = [
    midnightsOf('alarms that open at midnight, hours as they stand', unsorted.incidents),
    midnightsOf('alarms that open at midnight, days put right', incidents),
  ]
  mkdirSync(PICTURES, { recursive: true })
  const draw = (name: string, svg: string) => writeFileSync(join(PICTURES, name), svg)
  draw('years.svg', yearsPicture({ hours, incidents }, absences))
  draw('stories.svg', storiesPicture({ hours, incidents }))
  const { episodesMs } = originalAlarms(hours)
  draw('rates.svg', ratesPicture(incidents, episodesMs, BUDGET_PER_MONTH_USUAL))
  const blocks = {
    order: orderTable(proof, midnights),
    rates: ratesTable(ratesOf(hours)),
    classes: classesTable(incidents, hours),
    alarms: alarmsTable(incidents, hours),
    absences: absencesTable(absences, incidents),
    pauses: pausesTable(pauses, incidents),
  }
  writeFileSync(PAGE, withBlocks(readFileSync(PAGE, 'utf8'), blocks))
  const unseen = incidents.filter((incident) => noteOf(incident) === undefined)
  const told = unseen.map(({ opening }) => `nobody has looked at ${shortTime(opening.timeMs)}\n`)
  process.stdout.write(`${incidents.length} alarms\n${told.join('')}`)
}

main()
