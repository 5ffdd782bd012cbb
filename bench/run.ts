/**
 * Measures the paths that matter, each beside what a user would pick instead, in one run on one
 * machine: `npm run bench`, or `npm run bench -- NAME` for one. Ratios within a run say more than
 * figures of different days.
 *
 * `--cpu-prof FOLDER` has every process of ours write a profile when it ends. For `store`:
 * `--keys N`, `--rounds N` (slices of each line), and `--million` in place of all the rest. For
 * `detection`: `--data FOLDER`, `--readings FOLDER`, `--weeks N`, `--buildings N`, `--clean N`,
 * `--seed TEXT`, `--budget N`, and `--full` for the floor-months of the goals.
 */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type KafkaBroker, startKafkaBroker } from '../test/support/kafka-broker.ts'
import { missingTools } from '../test/support/kafka-install.ts'
import { alarmBench } from './alarm.ts'
import { dashboardBench } from './dashboard.ts'
import { detectionBench } from './detection.ts'
import { ingestionBench } from './ingestion.ts'
import { quorum } from './quorum.ts'
import { storeBench } from './store.ts'
import { storeMillionBench } from './store-million.ts'
import { onKafka, onOneFile } from './support/logs.ts'
import { machineLine, neighbourLine } from './support/machine.ts'
import { type Bench, type Environment, tableText } from './support/report.ts'

const NAMES = ['ingestion', 'quorum', 'store', 'alarm', 'dashboard', 'detection'] as const
type Name = (typeof NAMES)[number]
const NEED_A_BROKER: readonly Name[] = ['ingestion', 'alarm']

const KEYS = 50_000
const MILLION = 1_000_000
const ROUNDS = 7
/** Beside the repository, which does not hold them: `--data` and `--readings` say where else. */
const PUBLIC_SERIES = '../shared/detection/data'
const HOUSEHOLD = '../shared/readings'
/**
 * Simulated buildings of three floors, with episodes and without: a look at them, or more than 80
 * floor-months, and enough without that a quarter of an alarm a month is a dozen.
 */
const FLOORS_USUAL = { weeks: '8', buildings: '1', clean: '1' }
const FLOORS_FULL = { weeks: '12', buildings: '14', clean: '9' }
const POSITIVE = /^[1-9]\d*$/

interface Choices {
  readonly env: Environment
  readonly store: Bench
  readonly detection: Bench
}

const say = (text: string) => process.stderr.write(`... ${text}\n`)
const print = (text: string) => process.stdout.write(`${text}\n`)

/** Benches that cannot be run here become a sentence. */
function benchOf(
  name: Name,
  { store, detection }: Choices,
  bootstrap: string | undefined,
): Bench | string {
  if (name === 'detection') return detection
  if (name === 'quorum') return quorum
  if (name === 'store') return store
  if (name === 'dashboard') return dashboardBench
  if (name === 'ingestion') {
    return bootstrap ? ingestionBench(onKafka(bootstrap)) : 'ingestion: left out, no Kafka.'
  }
  return alarmBench([...(bootstrap ? [onKafka(bootstrap)] : []), onOneFile()])
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'cpu-prof': { type: 'string' },
      keys: { type: 'string' },
      rounds: { type: 'string', default: String(ROUNDS) },
      million: { type: 'boolean', default: false },
      data: { type: 'string', default: PUBLIC_SERIES },
      readings: { type: 'string', default: HOUSEHOLD },
      weeks: { type: 'string' },
      buildings: { type: 'string' },
      clean: { type: 'string' },
      full: { type: 'boolean', default: false },
      seed: { type: 'string', default: 'bench' },
      budget: { type: 'string', default: '1' },
    },
  })
  const wrong = positionals.filter((one) => !NAMES.some((name) => name === one))
  if (wrong.length > 0) {
    process.stderr.write(`No bench ${wrong.join(', ')}. There are ${NAMES.join(', ')}.\n`)
    return 2
  }
  const keys = values.keys ?? String(values.million ? MILLION : KEYS)
  if (!POSITIVE.test(keys) || !POSITIVE.test(values.rounds)) {
    process.stderr.write('--keys and --rounds take a whole number of at least 1.\n')
    return 2
  }
  const folder = values['cpu-prof']
  const env = folder === undefined ? {} : profileInto(resolve(folder))
  const options = { keys: Number(keys), rounds: Number(values.rounds) }
  const store = values.million ? storeMillionBench(options.keys) : storeBench(options)
  const detection = detectionBench(detectionOptions(values))
  const chosen = NAMES.filter((name) => positionals.length === 0 || positionals.includes(name))
  print(`energyguard bench: ${machineLine()}`)
  const neighbours = neighbourLine()
  if (neighbours) print(neighbours)
  for (const name of chosen) await runOne(name, { env, store, detection })
  return 0
}

interface DetectionValues {
  readonly data: string
  readonly readings: string
  readonly seed: string
  readonly budget: string
  readonly weeks?: string | undefined
  readonly buildings?: string | undefined
  readonly clean?: string | undefined
  readonly full: boolean
}

function detectionOptions({ data, readings, seed, budget, full, ...sizes }: DetectionValues) {
  const usual = full ? FLOORS_FULL : FLOORS_USUAL
  const positive = (name: string, text: string) => {
    if (!(Number(text) > 0)) throw new Error(`--${name} takes a number over 0.`)
    return Number(text)
  }
  return {
    folders: { series: resolve(data), readings: resolve(readings) },
    seed,
    weeks: positive('weeks', sizes.weeks ?? usual.weeks),
    buildings: positive('buildings', sizes.buildings ?? usual.buildings),
    cleanBuildings: positive('clean', sizes.clean ?? usual.clean),
    budget: positive('budget', budget),
  }
}

/** Each has a broker of its own, so that none inherits the work of another. */
async function runOne(name: Name, choices: Choices): Promise<void> {
  const { env } = choices
  const broker = NEED_A_BROKER.includes(name) ? await ownBroker() : undefined
  const bench = benchOf(name, choices, broker?.bootstrap ?? process.env.KAFKA_BOOTSTRAP)
  print(typeof bench === 'string' ? bench : `\n${tableText(await bench.run({ say, env }))}`)
  await broker?.stop()
}

async function ownBroker(): Promise<KafkaBroker | undefined> {
  if (process.env.KAFKA_BOOTSTRAP) return undefined
  const missing = missingTools()
  if (missing.length === 0) return await startKafkaBroker()
  say(`no Kafka: ${missing.join(' and ')} missing, and KAFKA_BOOTSTRAP is not set`)
  return undefined
}

function profileInto(folder: string): Environment {
  mkdirSync(folder, { recursive: true })
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` }
}

process.on('SIGINT', () => process.exit(130))
process.exitCode = await main()
