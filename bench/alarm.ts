/**
 * The time from producing a reading to its `anomaly` event at an SSE client, which is what a person
 * feels. Every reading fires, and is sent at its own time whether or not the one before was shown:
 * a slow system is not given a pause. Ingestion runs too, as it would.
 *
 * Producer and watcher are this one process, so that both times come from one clock.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { READINGS_TOPIC } from '../src/model/topics.ts'
import type { Log } from '../src/ports/log.ts'
import { type AlarmWatcher, watchAlarms } from '../test/support/alarm-stream.ts'
import { eventually } from '../test/support/eventually.ts'
import { type LogDescription, openDescribed } from '../test/support/log-description.ts'
import { startDetector, startIngestion, startStore, stopMembers } from '../test/support/pipeline.ts'
import { logFlags, logName } from './support/logs.ts'
import { type Quantiles, quantilesOf } from './support/quantile.ts'
import { type Bench, type Environment, goal, ms, type Table, times } from './support/report.ts'

const READINGS = 400
const WARMUP = 40
const PAUSE_MS_MIN = 20
const PAUSE_MS_SPREAD = 40
const GOAL_P50_MS = 50
const GOAL_P99_MS = 250
const FLOORS = 3
/** No cooldown: each reading may fire. */
const ENV = { EDGE_COOLDOWN_SECS: '0' }

export function alarmBench(logs: readonly LogDescription[]): Bench {
  return {
    name: 'alarm',
    async run({ say, env }) {
      const measured: Measured[] = []
      for (const description of logs) {
        say(`reading to alarm on ${logName(description)}`)
        measured.push(await measure(description, env))
      }
      return tableOf(measured)
    },
  }
}

interface Measured {
  readonly description: LogDescription
  /** From the call of append to its acknowledgement, ms. */
  readonly ackMs: Quantiles
  /** From the call of append to the event, ms. */
  readonly shownMs: Quantiles
  /** Readings that the log refused, alarms that never came, alarms that came twice. */
  readonly errors: number
}

async function measure(description: LogDescription, env: Environment): Promise<Measured> {
  const options = { logFlags: logFlags(description), env: { ...ENV, ...env } }
  const store = await startStore(options)
  const members = [
    await startDetector(store, options),
    await startIngestion(store, options),
    store.coordinator,
    ...store.shards,
  ]
  const watcher = await watchAlarms(store.url)
  const log = await openDescribed(description)
  await fire(log, watcher, 'warm', WARMUP)
  const measured = await fire(log, watcher, 'count', READINGS)
  await watcher.stop()
  await log.close()
  await stopMembers(members)
  return { description, ...measured }
}

/** Sends so many readings that fire and waits for their alarms. */
async function fire(log: Log, watcher: AlarmWatcher, round: string, count: number) {
  const sentMs = new Map<string, number>()
  const ackMs: number[] = []
  let refused = 0
  for (let n = 0; n < count; n += 1) {
    await sleep(PAUSE_MS_MIN + Math.random() * PAUSE_MS_SPREAD)
    const { id, floor, text } = firingReading(n, round)
    const startMs = performance.now()
    sentMs.set(id, startMs)
    void log.append(READINGS_TOPIC, [{ key: String(floor), value: text }]).then(
      () => ackMs.push(performance.now() - startMs),
      () => (refused += 1),
    )
  }
  const own = () => watcher.shown.filter(({ id }) => sentMs.has(id))
  await eventually('every alarm was shown', () => own().length >= count).catch(() => {})
  const shown = new Map(own().map((one) => [one.id, one.shownMs]))
  const tookMs = [...shown].map(([id, atMs]) => atMs - (sentMs.get(id) ?? Number.NaN))
  const twice = own().length - shown.size
  const errors = refused + (count - shown.size) + twice
  return { ackMs: quantilesOf(ackMs), shownMs: quantilesOf(tookMs), errors }
}

/** A reading of now, far over one limit; the id is that of its alarm. */
function firingReading(n: number, round: string) {
  const floor = 1 + (n % FLOORS)
  const timestamp = new Date().toISOString().replace('Z', `${micros(n)}+00:00`)
  const reading = {
    piano: floor,
    sensore2_kw: 40 + (n % 7),
    sensore3_corrente: 9.5,
    sensore3_tensione: 227.1,
    timestamp,
    round,
  }
  return { id: `${floor}:kw:kw_over:${timestamp}`, floor, text: JSON.stringify(reading) }
}

const micros = (n: number): string => String(n % 1000).padStart(3, '0')

function tableOf(measured: readonly Measured[]): Table {
  const kafka = measured.find(({ description }) => description.kind === 'kafka')
  return {
    title: `alarm: from producing a reading to its event at an SSE client, ${READINGS} readings`,
    head: ['', 'p50 ms', 'p99 ms', 'max ms', 'append p50', 'append p99', 'errors', 'beside'],
    rows: measured.map(({ description, ackMs, shownMs, errors }) => [
      logName(description),
      ...[shownMs.p50, shownMs.p99, shownMs.max, ackMs.p50, ackMs.p99].map(ms),
      String(errors),
      times(shownMs.p50, ackMs.p50, 'the append alone (p50)'),
    ]),
    notes: kafka
      ? [
          goal(`median < ${GOAL_P50_MS} ms on Kafka`, kafka.shownMs.p50 < GOAL_P50_MS),
          goal(`p99 < ${GOAL_P99_MS} ms on Kafka`, kafka.shownMs.p99 < GOAL_P99_MS),
        ]
      : ['Kafka was not measured.'],
  }
}
