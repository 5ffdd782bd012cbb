/**
 * A recorded file through the whole pipeline in separate processes, and the count afterwards: three
 * shards, coordinator, ingestion and detector, a real Kafka broker between them, `replay` at one
 * end and a browser at the other. On the way, those named in `kills` are killed with `kill -9` once
 * each and started again on the same data.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../../src/model/must.ts'
import { type AlarmWatcher, watchAlarms } from '../alarm-stream.ts'
import { eventIds } from '../alert-ids.ts'
import { eventually } from '../eventually.ts'
import type { KafkaBroker } from '../kafka-broker.ts'
import { openDescribed } from '../log-description.ts'
import { type LogView, type Step, viewLog } from '../log-view.ts'
import {
  type Member,
  putThresholds,
  type Store,
  startDetector,
  startIngestion,
  startStore,
  stopMembers,
} from '../pipeline.ts'
import { startProcess } from '../process.ts'
import { scanAll } from '../store-scan.ts'
import { type CountLine, countHouse, type FoundHouse } from './house-count.ts'
import {
  type ExpectedHouse,
  expectedAlarms,
  expectedHouse,
  HOUSE_THRESHOLDS,
  readHouseFile,
} from './household.ts'

export const VICTIMS = ['broker', 'detector', 'ingestion', 'coordinator', 'shard'] as const
export type Victim = (typeof VICTIMS)[number]

export interface Broker {
  /** HOST:PORT, several between commas. */
  readonly bootstrap: string
  /** Absent when it is not ours to kill. */
  readonly own?: Pick<KafkaBroker, 'kill' | 'start'>
}

export interface RealInputOptions {
  readonly file: string
  /** As `replay --speed` takes it. */
  readonly speed: string
  readonly broker: Broker
  readonly kills: readonly Victim[]
  /** Told to a waiting person. */
  readonly say: (text: string) => void
}

export interface RealInputResult {
  readonly lines: readonly CountLine[]
  /** Everything from the first reading to the last document, s. */
  readonly seconds: number
}

/** The longest that a stage may need for what is left when everything was sent. */
const THROUGH_MS_MAX = 300_000
const SHOWN_MS_MAX = 30_000

/** The broker must be empty. Rejects when something cannot be counted at all. */
export async function runRealInput(options: RealInputOptions): Promise<RealInputResult> {
  const { broker } = options
  const expected = expectedHouse(readHouseFile(options.file))
  const pipeline = { logFlags: ['--kafka-bootstrap', broker.bootstrap] }
  const store = await startStore(pipeline)
  await putThresholds(store.url, HOUSE_THRESHOLDS)
  const watcher = await watchAlarms(store.url)
  const stages = {
    ingestion: await startIngestion(store, pipeline),
    detector: await startDetector(store, pipeline),
  }
  const bootstrap = broker.bootstrap.split(',')
  const kafka = viewLog(await openDescribed({ kind: 'kafka', options: { bootstrap } }))
  if ((await kafka.done('sent')) > 0) {
    throw new Error('The broker holds readings already; an empty one is needed to count.')
  }
  const startMs = performance.now()
  const members = [stages.detector, stages.ingestion, store.coordinator, ...store.shards]
  const counting = sendAndCount(options, { store, stages, kafka, watcher }, expected)
  try {
    const lines = await Promise.race([counting, ...members.map((one) => one.untilItFails)])
    const seconds = (performance.now() - startMs) / 1000
    await stopMembers(members)
    return { lines, seconds }
  } finally {
    await watcher.stop()
    await kafka.close()
  }
}

interface Running {
  readonly store: Store
  readonly stages: Readonly<Record<'ingestion' | 'detector', Member>>
  readonly kafka: LogView
  readonly watcher: AlarmWatcher
}

async function sendAndCount(
  options: RealInputOptions,
  running: Running,
  expected: ExpectedHouse,
): Promise<readonly CountLine[]> {
  const [sent, kills] = await Promise.all([
    replayFile(options),
    killOnTheWay(options, running, expected.sent),
  ])
  options.say(`${sent} readings sent`)
  const found = { sent, ...(await settle(running, expectedAlarms(expected).size)) }
  return [...countHouse(expected, found), ...kills]
}

/** How many readings the command says that it has sent. */
async function replayFile({ file, speed, broker }: RealInputOptions): Promise<number> {
  const flags = ['--speed', speed, '--kafka-bootstrap', broker.bootstrap, '--json']
  const replay = startProcess(['replay', file, ...flags])
  const { code } = await replay.exited
  if (code !== 0) throw new Error(`replay ended with ${code}: ${replay.stderr()}`)
  const { sent } = JSON.parse(replay.stdout()) as { sent: number }
  return sent
}

/** Whose work is looked at to kill it in the middle, and after which share of it. */
const MOMENTS: Record<Victim, { readonly step: Step; readonly share: number }> = {
  broker: { step: 'sent', share: 0.1 },
  detector: { step: 'judged', share: 0.3 },
  ingestion: { step: 'stored', share: 0.3 },
  coordinator: { step: 'stored', share: 0.45 },
  shard: { step: 'stored', share: 0.6 },
}

/** One after the other. A kill that came when all was done proves nothing, so each is counted. */
async function killOnTheWay(
  { broker, kills, say }: RealInputOptions,
  running: Running,
  expected: number,
): Promise<readonly CountLine[]> {
  const { kafka } = running
  const weapons = weaponsFor(broker, running)
  const lines: CountLine[] = []
  for (const victim of VICTIMS.filter((one) => kills.includes(one))) {
    const { step, share } = MOMENTS[victim]
    const isTime = async () => (await kafka.done(step)) >= share * expected
    await eventually(`it is time to kill ${victim}`, isTime, THROUGH_MS_MAX)
    const done = await kafka.done(step)
    say(`kill -9 ${victim}, ${done} of ${expected} ${step}`)
    await weapons[victim]()
    lines.push({ what: `kills of ${victim} on the way`, expected: 1, found: +(done < expected) })
  }
  return lines
}

function weaponsFor(
  { own }: Broker,
  { store, stages }: Running,
): Record<Victim, () => Promise<void>> {
  return {
    broker: () => killAndStart(must(own, 'the broker is ours to kill')),
    detector: () => stages.detector.killAndRestart(),
    ingestion: () => killWithFullHands(stages.ingestion, store.coordinator),
    coordinator: () => store.coordinator.killAndRestart(),
    shard: () => must(store.shards[1], 'there is a second shard').killAndRestart(),
  }
}

async function killAndStart(broker: Pick<KafkaBroker, 'kill' | 'start'>): Promise<void> {
  await broker.kill()
  await broker.start()
}

/** Time for readings to arrive that cannot be handed on. */
const FULL_HANDS_MS = 500

/**
 * Ingestion is killed while nobody takes what it holds. At any other moment the coordinator would
 * finish what it was handed, and one that commits too early would lose nothing.
 */
async function killWithFullHands(ingestion: Member, coordinator: Member): Promise<void> {
  await coordinator.kill()
  await sleep(FULL_HANDS_MS)
  await ingestion.kill()
  await coordinator.start()
  await ingestion.start()
}

/** Waits until every stage is through, then reads what is there, complete or not. */
async function settle(
  { kafka, watcher, store }: Running,
  alarms: number,
): Promise<Omit<FoundHouse, 'sent'>> {
  for (const step of ['stored', 'judged', 'archived'] as const) {
    await kafka.untilThrough(step, THROUGH_MS_MAX)
  }
  const areShown = () => watcher.shown.length >= alarms
  await eventually('alarms are shown', areShown, SHOWN_MS_MAX).catch(() => {})
  const documents = await scanAll(store.url, 'energy:')
  return {
    stored: new Map(documents.map(({ key, value }) => [key, value])),
    deadLetters: (await kafka.deadLetters()).map(({ value }) => value),
    shown: watcher.shown.map(({ id }) => id),
    gaps: watcher.gaps(),
    archived: (await scanAll(store.url, 'alerts:')).flatMap(({ value }) => eventIds(value)),
  }
}
