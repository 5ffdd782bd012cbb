/**
 * The broker that tests share. In this order: the one that KAFKA_BOOTSTRAP names; one started from
 * Maven's artifacts, where Java and Maven are present; none, and then the tests that need it are
 * skipped with a line that says what was missing. `npm test` starts one for the whole run
 * (global-setup.ts), a file that is run alone starts its own.
 *
 * With CI=true in the environment nothing is skipped that could have run: a broker that does not
 * start where Java and Maven are present is a failure.
 */
import { after } from 'node:test'
import { type KafkaBroker, startKafkaBroker } from './kafka-broker.ts'
import { missingTools } from './kafka-install.ts'

export interface SharedKafka {
  /** `host:port`, or empty when there is none. */
  readonly bootstrap: string
  /** For the option of the same name of a test: false, or why there is none. */
  readonly skip: string | false
}

/** Why the setup of the run could not start one, for its test files. */
const REASON_VARIABLE = 'ENERGYGUARD_TEST_NO_KAFKA'

/** The broker for a test file; one that was started for it is stopped after its last test. */
export async function sharedKafka(): Promise<SharedKafka> {
  const { found, own } = await findBroker()
  if (own) after(() => own.stop())
  return found
}

/** Puts a broker into the environment of all test files; what it resolves to stops it. */
export async function offerKafka(): Promise<() => Promise<void>> {
  const { found, own } = await findBroker()
  if (found.skip) process.env[REASON_VARIABLE] = found.skip
  else process.env.KAFKA_BOOTSTRAP = found.bootstrap
  return async () => own?.stop()
}

/** A broker that a file has for itself and may kill. */
export async function ownBroker(): Promise<{ broker?: KafkaBroker; skip: string | false }> {
  const { found, own } = await startBroker()
  if (!own) return { skip: found.skip }
  after(() => own.stop())
  return { broker: own, skip: false }
}

/**
 * For tests of commands whose topics and groups have fixed names: files that run side by side must
 * not read each other's records. Where none can be started, the given one.
 */
export async function ownKafka(): Promise<SharedKafka> {
  const { broker } = await ownBroker()
  return broker ? { bootstrap: broker.bootstrap, skip: false } : sharedKafka()
}

async function findBroker(): Promise<Found> {
  const given = process.env.KAFKA_BOOTSTRAP
  return given ? { found: { bootstrap: given, skip: false } } : startBroker()
}

interface Found {
  readonly found: SharedKafka
  readonly own?: KafkaBroker
}

async function startBroker(): Promise<Found> {
  const skip = skipOwnBroker()
  if (skip) return { found: { bootstrap: '', skip } }
  try {
    const own = await startKafkaBroker()
    return { found: { bootstrap: own.bootstrap, skip: false }, own }
  } catch (error) {
    if (process.env.CI === 'true') throw error
    return { found: { bootstrap: '', skip: because(`it could not be started: ${String(error)}`) } }
  }
}

/** For tests that start brokers themselves: false, or why none can be started here. */
export function skipOwnBroker(): string | false {
  const known = process.env[REASON_VARIABLE]
  if (known) return known
  const missing = missingTools()
  return missing.length > 0 && because(`there is no ${missing.join(' and no ')} here`)
}

const because = (reason: string) => `no Kafka broker: KAFKA_BOOTSTRAP is not set, and ${reason}`
