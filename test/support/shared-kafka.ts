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

const NO_BROKER = 'no Kafka broker'
/** Why the setup of the run could not start one, for its test files. */
const REASON_VARIABLE = 'ENERGYGUARD_TEST_NO_KAFKA'

/** The broker for a test file; started lazily, and stopped after the file's last test. */
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

/** Whether a test can start brokers of its own, to kill them: false, or the reason to skip. */
export function skipOwnBroker(): string | false {
  const known = process.env[REASON_VARIABLE]
  if (known) return known
  const missing = missingTools()
  return missing.length > 0 && `${NO_BROKER} to kill: there is no ${missing.join(', no ')} here`
}

async function findBroker(): Promise<{ found: SharedKafka; own?: KafkaBroker }> {
  const given = process.env.KAFKA_BOOTSTRAP
  if (given) return { found: { bootstrap: given, skip: false } }
  const known = process.env[REASON_VARIABLE]
  if (known) return { found: none(known) }
  const missing = missingTools()
  if (missing.length > 0) {
    return {
      found: none(`KAFKA_BOOTSTRAP is not set and there is no ${missing.join(', no ')} here`),
    }
  }
  try {
    const own = await startKafkaBroker()
    return { found: { bootstrap: own.bootstrap, skip: false }, own }
  } catch (error) {
    if (process.env.CI === 'true') throw error
    return { found: none(`it could not be started: ${String(error)}`) }
  }
}

const none = (reason: string): SharedKafka => ({
  bootstrap: '',
  skip: reason.startsWith(NO_BROKER) ? reason : `${NO_BROKER}: ${reason}`,
})
