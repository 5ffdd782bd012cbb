/**
 * Tries the detector on the past: each reading of a recorded series goes, one by one, through the
 * very code that runs live. Writes a verdict for each and prints what it would have cost and told.
 */
import { writeFile } from 'node:fs/promises'
import { recordedLines } from '../../adapters/recorded-file.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import { Backtest, type BacktestVerdict } from '../../detection/incidents/backtest.ts'
import { WATCHED_METRICS } from '../../detection/incidents/incident-event.ts'
import { originalRule } from '../../detection/series-rule.ts'
import type { Invocation } from '../command.ts'
import { EXIT_DONE } from '../lifecycle.ts'
import { CommandError } from '../output.ts'
import { type SeriesRow, seriesRows } from '../recorded-series.ts'
import type { Settings } from '../settings.ts'

const DAY_MS = 86_400_000
const DAYS_PER_MONTH = 365.25 / 12

export async function runBacktest({ args, resolved, json, output }: Invocation): Promise<number> {
  const { settings } = resolved
  const [path = ''] = args
  const zone = settings.seriesTimezone
  const rows = seriesRows(recordedLines(path), zone)
  const watched = settings.rule === 'watch' ? watchedSeries(settings) : undefined
  const original = originalRule(zone)
  const judge = (timeMs: number, value: number) =>
    watched ? watched.take(timeMs, value) : original.step(timeMs, value)
  const tally = await judgeAll(rows, judge)
  if (tally.readings === 0) throw new CommandError(`${path} has no readings.`)
  if (settings.backtestOutput !== null) await writeFile(settings.backtestOutput, tally.csv.join(''))
  const summary = summaryOf(tally, settings, watched)
  output.data(json ? JSON.stringify(summary) : textOf(summary))
  return EXIT_DONE
}

function watchedSeries({ budget, metric, seriesTimezone }: Settings): Backtest {
  const name = { floor: 1, metric: WATCHED_METRICS.find((one) => one === metric) ?? 'kw' }
  return new Backtest(name, {
    ...{ budgetPerMonth: budget, timeZone: seriesTimezone, holidays: new Set() },
  })
}

interface Tally {
  readonly csv: string[]
  readings: number
  alerts: number
  firstMs: number
  lastMs: number
  tookMs: number
}

/** Rows that measured nothing are kept in the answer, with a score of 0, and not judged. */
async function judgeAll(
  rows: AsyncIterable<SeriesRow>,
  judge: (timeMs: number, value: number) => BacktestVerdict,
): Promise<Tally> {
  const csv = ['timestamp,score,alert\n']
  const tally = { csv, readings: 0, alerts: 0, firstMs: Infinity, lastMs: 0, tookMs: 0 }
  const startMs = systemClock.monotonicMs()
  for await (const { timestamp, timeMs, value } of rows) {
    const verdict = value === undefined ? undefined : judge(timeMs, value)
    csv.push(`${timestamp},${verdict?.score.toFixed(4) ?? 0},${verdict?.isAlert ? 1 : 0}\n`)
    if (value === undefined) continue
    tally.readings += 1
    tally.firstMs = Math.min(tally.firstMs, timeMs)
    tally.lastMs = Math.max(tally.lastMs, timeMs)
    if (verdict?.isAlert) tally.alerts += 1
  }
  tally.tookMs = systemClock.monotonicMs() - startMs
  return tally
}

function summaryOf(tally: Tally, settings: Settings, watched: Backtest | undefined) {
  const { readings, alerts, firstMs, lastMs, tookMs } = tally
  const months = (lastMs - firstMs) / DAY_MS / DAYS_PER_MONTH
  const summary = watched?.summary()
  return {
    rule: settings.rule,
    metric: settings.metric,
    readings,
    from: new Date(firstMs).toISOString(),
    to: new Date(lastMs).toISOString(),
    alerts,
    alertsPerMonth: months > 0 ? Number((alerts / months).toFixed(2)) : null,
    budgetPerMonth: watched ? settings.budget : null,
    byChannel: summary?.byChannel ?? { pattern: alerts },
    learned: summary?.learned ?? null,
    stateBytes: watched ? JSON.stringify(watched.state() ?? null).length : null,
    microsecondsPerReading: Number(((tookMs * 1000) / readings).toFixed(1)),
  }
}

function textOf(summary: ReturnType<typeof summaryOf>): string {
  const channels = Object.entries(summary.byChannel).map(([name, count]) => `${name} ${count}`)
  const budget =
    summary.budgetPerMonth === null ? '' : ` (the budget: ${summary.budgetPerMonth} false a month)`
  const rate = summary.alertsPerMonth ?? '-'
  const state = summary.stateBytes === null ? '' : `, state ${summary.stateBytes} bytes`
  const alarms = summary.alerts === 1 ? '1 alarm' : `${summary.alerts} alarms`
  return [
    `${summary.readings} readings of ${summary.metric} from ${summary.from} to ${summary.to}`,
    `rule ${summary.rule}: ${alarms}, ${rate} a month${budget}`,
    ...(channels.length > 0 ? [`by channel: ${channels.join(', ')}`] : []),
    ...(summary.learned ? [`learned so far: ${summary.learned}${state}`] : []),
    `${summary.microsecondsPerReading} µs a reading, reading the file included`,
  ].join('\n')
}
