/**
 * Measures the paths that matter, each beside what a user would pick instead, in one run on one
 * machine: `npm run bench`, or `npm run bench -- NAME` for one. Ratios within a run say more than
 * figures of different days.
 * `npm run bench -- --help` names what else it can be told.
 */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { Argument } from 'commander'
import { newCommand, positiveNumber, runTool, wholeNumber } from '../src/app/new-command.ts'
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
const FLOORS_USUAL = { weeks: 8, buildings: 1, clean: 1 }
const FLOORS_FULL = { weeks: 12, buildings: 14, clean: 9 }

interface Made {
  readonly env: Environment
  readonly store: Bench
  readonly detection: Bench
}

const say = (text: string) => process.stderr.write(`... ${text}\n`)
const print = (text: string) => process.stdout.write(`${text}\n`)

/** Benches that cannot be run here become a sentence. */
function benchOf(
  name: Name,
  { store, detection }: Made,
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

interface Choices extends DetectionValues {
  /** None: all of them. */
  readonly names: readonly Name[]
  readonly cpuProf?: string
  readonly keys?: number
  readonly rounds: number
  readonly million: boolean
}

function parse(args: readonly string[]): Choices {
  const command = newCommand('npm run bench --')
    .description(
      'The paths that matter, each beside what one would pick instead; all, or those named.',
    )
    .addArgument(new Argument('[names...]', 'which; without any, all').choices(NAMES))
    .option('--cpu-prof <folder>', 'every process of ours writes a profile there when it ends')
    .option(
      '--keys <n>',
      `store: so many (default: ${KEYS}, with --million ${MILLION})`,
      wholeNumber,
    )
    .option('--rounds <n>', 'store: slices of each line', wholeNumber, ROUNDS)
    .option('--million', 'store: a million keys once, in place of all the rest', false)
    .option('--data <folder>', 'detection: the labelled series', PUBLIC_SERIES)
    .option('--readings <folder>', 'detection: the recorded household', HOUSEHOLD)
    .option('--weeks <n>', 'detection: of each simulated building', positiveNumber)
    .option('--buildings <n>', 'detection: simulated, with episodes', positiveNumber)
    .option('--clean <n>', 'detection: simulated, without', positiveNumber)
    .option('--full', 'detection: the floor-months of the goals', false)
    .option('--seed <text>', 'detection: of the simulated buildings', 'bench')
    .option('--budget <n>', 'detection: false alarms a floor-month', positiveNumber, 1)
    .parse(args, { from: 'user' })
  return { ...command.opts(), names: command.processedArgs[0] ?? [] }
}

async function run(choices: Choices): Promise<number> {
  const { names, million, rounds, cpuProf } = choices
  const keys = choices.keys ?? (million ? MILLION : KEYS)
  const env = cpuProf === undefined ? {} : profileInto(resolve(cpuProf))
  const store = million ? storeMillionBench(keys) : storeBench({ keys, rounds })
  const detection = detectionBench(detectionOptions(choices))
  const chosen = NAMES.filter((name) => names.length === 0 || names.includes(name))
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
  readonly budget: number
  readonly weeks?: number
  readonly buildings?: number
  readonly clean?: number
  readonly full: boolean
}

function detectionOptions({ data, readings, seed, budget, full, ...sizes }: DetectionValues) {
  const usual = full ? FLOORS_FULL : FLOORS_USUAL
  return {
    folders: { series: resolve(data), readings: resolve(readings) },
    seed,
    weeks: sizes.weeks ?? usual.weeks,
    buildings: sizes.buildings ?? usual.buildings,
    cleanBuildings: sizes.clean ?? usual.clean,
    budget,
  }
}

/** Each has a broker of its own, so that none inherits the work of another. */
async function runOne(name: Name, made: Made): Promise<void> {
  const { env } = made
  const broker = NEED_A_BROKER.includes(name) ? await ownBroker() : undefined
  const bench = benchOf(name, made, broker?.bootstrap ?? process.env.KAFKA_BOOTSTRAP)
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
process.exitCode = await runTool(parse, run)
