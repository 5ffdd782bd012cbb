/**
 * Runs once around all test files of `npm test`: starts the broker that they share, so that not
 * every file pays for its own.
 */
import { offerKafka } from './shared-kafka.ts'

let stop = async () => {}

export async function globalSetup(): Promise<void> {
  stop = await offerKafka()
}

export async function globalTeardown(): Promise<void> {
  await stop()
}
