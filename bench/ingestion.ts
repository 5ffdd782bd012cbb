/**
 * Readings from Kafka into a quorum of three, every part a process of its own, all on the cores of
 * this machine. Two questions: how fast is a backlog carried into the store, and does a steady
 * stream of the goal's rate leave any behind?
 *
 * A reading becomes three keys (itself, `latest`, `index`); a batch writes the last two once for
 * each of its floors.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { INGESTION_GROUP, READINGS_TOPIC } from '../src/model/topics.ts'
import { eventually } from '../test/support/eventually.ts'
import { type LogDescription, openDescribed } from '../test/support/log-description.ts'
import { type Member, startIngestion, startStore, stopMembers } from '../test/support/pipeline.ts'
import { logFlags } from './support/logs.ts'
import { type Busy, busyText, processorTime } from './support/machine.ts'
import { bucketEdge, type Metrics, readMetrics, total } from './support/metrics.ts'
import { startProducer } from './support/producer.ts'
import { type Bench, goal, type Table, times, whole } from './support/report.ts'

const GOAL_PER_SECOND = 3_000
const FLOORS = 30
const BACKLOG = 60_000
const STEADY_SECONDS = 15
const POLL_MS = 50

export function ingestionBench(description: LogDescription): Bench {
  return {
    name: 'ingestion',
    async run({ say, env }) {
      say(`a backlog of ${BACKLOG} readings`)
      const order = { log: description, floors: FLOORS }
      const pipeline = { logFlags: logFlags(description), env }
      const store = await startStore(pipeline)
      const filled = await startProducer({ ...order, first: 0, count: BACKLOG, perSecond: null })
        .produced
      const ingestion = await startIngestion(store, pipeline)
      const members = [ingestion, store.coordinator, ...store.shards]
      const backlog = await carryBacklog(ingestion, members)
      say(`${GOAL_PER_SECOND} readings/s for ${STEADY_SECONDS} s`)
      const steady = await carryStream(description, ingestion, members)
      await stopMembers(members)
      return tableOf(filled.sent / filled.seconds, backlog, steady)
    },
  }
}

interface Carried {
  readonly perSecond: number
  readonly errors: number
  readonly busy: readonly Busy[]
  readonly metrics: Metrics
}

const STORED = 'energyguard_ingestion_readings_total'
const DELAY = 'energyguard_ingestion_delay_seconds'

/** From the first batch that is stored to the last; the start of the process does not count. */
async function carryBacklog(ingestion: Member, members: readonly Member[]): Promise<Carried> {
  const used = processorTime(members)
  const first = await untilStored(ingestion, 1)
  const last = await untilStored(ingestion, BACKLOG)
  const perSecond = ((last.stored - first.stored) * 1000) / (last.atMs - first.atMs)
  return { perSecond, errors: errorsIn(last.metrics), busy: used(), metrics: last.metrics }
}

interface Stream extends Carried {
  /** Sent and not stored, at the moment the last was sent. */
  readonly lagAtEnd: number
  /** Upper edges, s. */
  readonly delayP50: number
  readonly delayP99: number
}

async function carryStream(
  description: LogDescription,
  ingestion: Member,
  members: readonly Member[],
): Promise<Stream> {
  const before = await metricsOf(ingestion)
  const used = processorTime(members)
  const count = GOAL_PER_SECOND * STEADY_SECONDS
  const order = {
    log: description,
    first: BACKLOG,
    count,
    floors: FLOORS,
    perSecond: GOAL_PER_SECOND,
  }
  const produced = await startProducer(order).produced
  const lagAtEnd = await lagOf(description)
  const last = await untilStored(ingestion, BACKLOG + count)
  return {
    perSecond: count / produced.seconds,
    errors: produced.errors + errorsIn(last.metrics) - errorsIn(before),
    busy: used(),
    metrics: last.metrics,
    lagAtEnd,
    delayP50: bucketEdge(DELAY, 0.5, last.metrics, before),
    delayP99: bucketEdge(DELAY, 0.99, last.metrics, before),
  }
}

async function lagOf(description: LogDescription): Promise<number> {
  const log = await openDescribed(description)
  const lags = await log.lag(READINGS_TOPIC, INGESTION_GROUP)
  await log.close()
  return lags.reduce((sum, { records }) => sum + records, 0)
}

async function untilStored(ingestion: Member, count: number) {
  return await eventually(
    `${count} readings are stored`,
    async () => {
      const metrics = await metricsOf(ingestion)
      const stored = total(metrics, STORED)
      if (stored >= count) return { stored, metrics, atMs: performance.now() }
      await sleep(POLL_MS)
      return undefined
    },
    120_000,
  )
}

const metricsOf = (ingestion: Member): Promise<Metrics> => readMetrics(ingestion.current().address)

/** Warnings count: whatever had to be tried again is one. */
function errorsIn(metrics: Metrics): number {
  const facts = 'energyguard_facts_total'
  return total(metrics, facts, 'level="error"') + total(metrics, facts, 'level="warn"')
}

function tableOf(producedPerSecond: number, backlog: Carried, steady: Stream): Table {
  const delay = `delay p50 <= ${steady.delayP50} s, p99 <= ${steady.delayP99} s`
  const isKept = steady.lagAtEnd < GOAL_PER_SECOND && steady.errors === 0
  return {
    title: `ingestion: Kafka into a quorum, N=3, ${FLOORS} floors, three keys for each reading`,
    head: ['', 'readings/s', 'errors', 'lag at the end', 'beside'],
    rows: [
      ['into Kafka, one producer', whole(producedPerSecond), '0', '', ''],
      [
        `backlog of ${whole(BACKLOG)}`,
        whole(backlog.perSecond),
        String(backlog.errors),
        '0',
        times(backlog.perSecond, producedPerSecond, 'one producer'),
      ],
      [
        `stream for ${STEADY_SECONDS} s`,
        whole(steady.perSecond),
        String(steady.errors),
        whole(steady.lagAtEnd),
        delay,
      ],
    ],
    notes: [
      goal(`backlog >= ${whole(GOAL_PER_SECOND)}/s`, backlog.perSecond >= GOAL_PER_SECOND),
      goal(`a stream of ${whole(GOAL_PER_SECOND)}/s leaves less than a second behind`, isKept),
      `backlog, ${busyText(backlog.busy)}`,
      `stream, ${busyText(steady.busy)}`,
    ],
  }
}
