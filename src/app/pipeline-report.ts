/**
 * The stages of this process as `GET /api/v1/system` tells them: what the tally has counted, and
 * how many records wait for each in the log. The log may be slow or away; then nobody knows, and
 * nobody waits for it.
 */
import type { PipelineStage } from '../http/system-routes.ts'
import { ALERTS_TOPIC, ARCHIVE_GROUP, DETECTION_GROUP } from '../model/topics.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PipelineTally, Stage } from './pipeline-tally.ts'

/** An answer does not wait longer for the log. */
export const LAG_MS_MAX = 1_000

export interface ReportWorld {
  readonly clock: Clock
  readonly log: Pick<Log, 'lag'>
  readonly tally: PipelineTally
}

export interface ReportOptions {
  /** Those that this process runs. */
  readonly stages: readonly Stage[]
  readonly readingsTopic: string
  readonly ingestionGroup: string
}

export function pipelineReport(
  world: ReportWorld,
  options: ReportOptions,
): () => Promise<readonly PipelineStage[]> {
  return () =>
    Promise.all(
      options.stages.map(async (stage) => {
        return {
          stage,
          ...world.tally.of(stage),
          lag: await lagOf(world, readerOf(stage, options)),
        }
      }),
    )
}

/** Which topic a stage reads in which group; undefined when it reads in none. */
function readerOf(stage: Stage, { readingsTopic, ingestionGroup }: ReportOptions) {
  switch (stage) {
    case 'ingestion':
      return { topic: readingsTopic, group: ingestionGroup }
    case 'detection':
      return { topic: readingsTopic, group: DETECTION_GROUP }
    case 'archive':
      return { topic: ALERTS_TOPIC, group: ARCHIVE_GROUP }
    default:
      return undefined
  }
}

/** Null: there is none, or nobody can say. */
async function lagOf(
  { clock, log }: ReportWorld,
  reader: ReturnType<typeof readerOf>,
): Promise<number | null> {
  if (!reader) return null
  const over = new AbortController()
  const asked = log.lag(reader.topic, reader.group).then(
    (parts) => parts.reduce((sum, { records }) => sum + records, 0),
    () => null,
  )
  const late = clock.sleep(LAG_MS_MAX, over.signal).then(
    () => null,
    () => null,
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    over.abort()
  }
}
