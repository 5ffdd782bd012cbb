/**
 * Writes the figures and pictures of docs/household.md: four years of one household through the
 * very code of `energyguard backtest`, at the default budget, beside other budgets and the original
 * rule. Run it again when the rule has changed:
 *
 *   npm run household                       the page and its pictures
 *   npm run household -- --series=FILE      also the series that `energyguard backtest` reads
 *   npm run household -- --readings=FOLDER  where the recorded files lie
 *
 * Says which alarms nobody has looked at yet (scripts/household/notes.ts).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { perMetric } from '../src/detection/incidents/watched-floor.ts'
import { BUDGET_PER_MONTH_USUAL } from '../src/detection/watch/options.ts'
import type { Incident } from '../src/model/incident.ts'
import { ROOT } from '../test/support/source-files.ts'
import {
  METERS,
  type Meter,
  monthsOf,
  originalAlarms,
  type Watched,
  watched,
} from './household/judged.ts'
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
  recurringTable,
  summaryText,
  withBlocks,
} from './household/tables.ts'

/** Beside the repository, which has no room for it. */
const READINGS = join(ROOT, '../shared/readings')
const HOURS = 'household_hour.csv.gz'
const MINUTES = 'household_minute.csv.gz'
const PAGE = join(ROOT, 'docs/household.md')
const PICTURES = join(ROOT, 'docs/household')
const BUDGETS = [0.25, 0.5, BUDGET_PER_MONTH_USUAL, 2, 4]
/** A floor of the building has these three, which share its budget. */
const OF_A_FLOOR: readonly Meter[] = ['power', 'current', 'voltage']
const CIRCUITS: readonly Meter[] = ['kitchen', 'laundry']
/** Shorter ones are single hours in which minutes are missing. */
const PAUSE_HOURS_TOLD = 4

function ratesOf(hours: readonly HouseHour[]): readonly RateRow[] {
  const usual = BUDGET_PER_MONTH_USUAL
  const watchRow = (on: string, meter: Meter, budget: number) => {
    const { incidents, ...rest } = watched(hours, meter, budget)
    return { rule: 'watch', on, alarms: incidents.length, ...rest }
  }
  const { alarmsMs, episodesMs } = originalAlarms(hours)
  const originalRow = (rule: string, { length }: readonly number[]) => ({
    ...{ rule, on: 'power', budgetPerMonth: null, alarms: length, byChannel: {} },
    alarmsPerMonth: length / monthsOf(hours),
  })
  return [
    ...BUDGETS.map((budget) => watchRow('power', 'power', budget)),
    ...OF_A_FLOOR.map((meter) => watchRow(`${meter}, one of three`, meter, perMetric(usual))),
    ...CIRCUITS.map((meter) => watchRow(`${meter} circuit, alone`, meter, usual)),
    originalRow('original: hours that alarm', alarmsMs),
    originalRow('original: at most one in half a day', episodesMs),
  ]
}

/** Alarms that open at the seam of two days, where the exchanged days meet the others. */
function midnightsOf(what: string, incidents: readonly Incident[]) {
  const atMidnight = incidents.filter(({ opening }) => opening.timeMs % DAY_MS === 0)
  return { what, found: atMidnight.length, all: incidents.length }
}

interface House {
  /** Of the first month. */
  readonly minutesCsv: string
  readonly asTheyStand: readonly HouseHour[]
  readonly hours: readonly HouseHour[]
}

function orderBlock({ asTheyStand, hours, minutesCsv }: House): string {
  const proof = orderProof(asTheyStand, minutesCsv)
  const midnights = (['power', 'voltage'] as const).flatMap((meter) =>
    [
      { order: asTheyStand, text: 'as the hours stand' },
      { order: hours, text: 'days put right' },
    ].map(({ order, text }) => {
      const { incidents } = watched(order, meter, BUDGET_PER_MONTH_USUAL)
      return midnightsOf(`alarms of the ${meter} that open at midnight, ${text}`, incidents)
    }),
  )
  return orderTable(proof, midnights)
}

function recurringBlock(hours: readonly HouseHour[]): string {
  const judged = METERS.map((meter) => {
    return [meter, watched(hours, meter, BUDGET_PER_MONTH_USUAL).incidents] as const
  })
  return recurringTable(Object.fromEntries(judged))
}

function blocksOf(house: House, judged: Watched): Record<string, string> {
  const [{ hours }, { incidents }] = [house, judged]
  const pauses = pausesOf(hours).filter(({ hoursMissing }) => hoursMissing >= PAUSE_HOURS_TOLD)
  return {
    summary: summaryText(judged, hours),
    recurring: recurringBlock(hours),
    order: orderBlock(house),
    rates: ratesTable(ratesOf(hours)),
    classes: classesTable(incidents, hours),
    alarms: alarmsTable(incidents, hours),
    absences: absencesTable(absencesOf(hours), incidents),
    pauses: pausesTable(pauses, incidents),
  }
}

function draw(hours: readonly HouseHour[], incidents: readonly Incident[]): void {
  const told = { hours, incidents }
  const { episodesMs } = originalAlarms(hours)
  const pictures = {
    'years.svg': yearsPicture(told, absencesOf(hours)),
    'stories.svg': storiesPicture(told),
    'rates.svg': ratesPicture(told, episodesMs, BUDGET_PER_MONTH_USUAL),
  }
  mkdirSync(PICTURES, { recursive: true })
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(PICTURES, name), svg)
}

function main(): number {
  const { values } = parseArgs({
    options: { series: { type: 'string' }, readings: { type: 'string', default: READINGS } },
  })
  const files = [HOURS, MINUTES].map((name) => join(values.readings, name))
  const missing = files.find((file) => !existsSync(file))
  if (missing !== undefined) {
    process.stderr.write(`${missing} is not there; name its folder with --readings.\n`)
    return 2
  }
  const [hoursCsv = '', minutesCsv = ''] = files.map(readTable)
  write(hoursCsv, minutesCsv, values.series)
  return 0
}

function write(hoursCsv: string, minutesCsv: string, seriesFile: string | undefined): void {
  const asTheyStand = hoursOf(hoursCsv)
  const hours = daysPutRight(asTheyStand)
  if (seriesFile !== undefined) writeFileSync(seriesFile, seriesCsv(hours))
  const judged = watched(hours, 'power', BUDGET_PER_MONTH_USUAL)
  const { incidents } = judged
  draw(hours, incidents)
  const blocks = blocksOf({ minutesCsv, asTheyStand, hours }, judged)
  writeFileSync(PAGE, withBlocks(readFileSync(PAGE, 'utf8'), blocks))
  const unseen = incidents.filter((incident) => noteOf(incident) === undefined)
  const told = unseen.map(({ opening }) => `nobody has looked at ${shortTime(opening.timeMs)}\n`)
  process.stdout.write(`${incidents.length} alarms\n${told.join('')}`)
}

process.exitCode = main()
