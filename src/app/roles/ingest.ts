/**
 * Ingestion as a process: readings from the log into the store of a coordinator.
 */
import { createHttpStore } from '../../adapters/http-store.ts'
import { sha256 } from '../../adapters/sha256.ts'
import { createIngestion } from '../../ingestion/ingestion.ts'
import { DEAD_LETTER_TOPIC } from '../../model/topics.ts'
import type { Log } from '../../ports/log.ts'
import type { Store } from '../../store/client.ts'
import type { Invocation } from '../command.ts'
import type { Context } from '../context.ts'
import { joinParts, type Part, part } from '../part.ts'
import { runStage } from '../run-stage.ts'

export function runIngest(invocation: Invocation): Promise<number> {
  return runStage(invocation, async (context, log) => {
    const { clock, signal: stopping } = context
    const { coordinatorUrl: url, expectedShards } = context.settings
    const store = createHttpStore({ url, clock, stopping })
    return joinParts([
      part([], () => store.close()),
      ingestPart(context, log, store, expectedShards),
    ])
  })
}

/** Ingestion within any process. */
export function ingestPart(
  { clock, random, trace, settings }: Context,
  log: Log,
  store: Store,
  expectedShards: number,
): Part {
  const world = { clock, random: random.fork('ingestion'), trace, log, store, hash: sha256 }
  const service = createIngestion(world, {
    topic: settings.topic,
    group: settings.groupId,
    deadLetterTopic: DEAD_LETTER_TOPIC,
    indexSize: settings.indexSize,
    expectedShards,
  })
  return part([{ name: 'ingestion', service }])
}
