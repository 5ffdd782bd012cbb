/**
 * A month of one household's consumption, minute by minute, through the whole pipeline on a real
 * Kafka broker, and everything counted afterwards: `npm run real-input`. With `-- --kill`, broker,
 * detector, ingestion, coordinator and one shard are killed once each on the way and started again.
 *
 * Prints a table of what should be there and what is; exits with 1 when anything is off.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startKafkaBroker } from '../test/support/kafka-broker.ts'
import { missingTools } from '../test/support/kafka-install.ts'
import { countTable, isRight } from '../test/support/real-input/house-count.ts'
import { type Broker, runRealInput, VICTIMS } from '../test/support/real-input/run.ts'

/** Beside the repository. */
const USUAL_FILE = fileURLToPath(
  new URL('../../shared/readings/household_minute.csv.gz', import.meta.url),
)

const say = (text: string) => process.stderr.write(`... ${text}\n`)

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`)
  return 2
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      file: { type: 'string', default: USUAL_FILE },
      kill: { type: 'boolean', default: false },
    },
  })
  const given = process.env.KAFKA_BOOTSTRAP
  if (!existsSync(values.file)) {
    return complain(`The recorded file ${values.file} is not there; name it with --file.`)
  }
  const missing = given ? [] : missingTools()
  if (missing.length > 0) {
    return complain(`A broker needs ${missing.join(' and ')}. Or set KAFKA_BOOTSTRAP to yours.`)
  }
  if (given && values.kill) say('the broker is yours (KAFKA_BOOTSTRAP) and will not be killed')
  return await run(values.file, values.kill, given)
}

async function run(file: string, isKilling: boolean, given: string | undefined): Promise<number> {
  const own = given ? undefined : await startKafkaBroker()
  const broker: Broker = own ? { bootstrap: own.bootstrap, own } : { bootstrap: given ?? '' }
  const kills = VICTIMS.filter((victim) => isKilling && (victim !== 'broker' || own))
  const { lines, seconds } = await runRealInput({ file, speed: 'max', broker, kills, say })
  await own?.stop()
  process.stdout.write(`${countTable(lines)}\n`)
  const verdict = isRight(lines) ? 'everything is where it should be' : 'something is off'
  process.stdout.write(`${verdict}; ${Math.round(seconds)} s\n`)
  return isRight(lines) ? 0 : 1
}

process.on('SIGINT', () => process.exit(130))
process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  // Ends what was started, too.
  process.exit(1)
})
