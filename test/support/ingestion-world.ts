/**
 * Ingestion between a log and a store that fail as a test's script says, and a member that is
 * started again after each crash until nothing is left.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { sha256 } from '../../src/adapters/sha256.ts'
import { createIngestion } from '../../src/ingestion/ingestion.ts'
import type { IngestionOptions } from '../../src/ingestion/world.ts'
import { DEAD_LETTER_TOPIC, INGESTION_GROUP, READINGS_TOPIC } from '../../src/model/topics.ts'
import { type FakeStore, fakeStore } from './fake-store.ts'
import { instantClock } from './instant-clock.ts'
import { Crash, type ScriptedLog, scriptedLog } from './scripted-log.ts'
import { type RecordingTrace, recordingTrace } from './traces.ts'

export interface IngestionScene {
  readonly log: ScriptedLog
  readonly store: FakeStore
  readonly trace: RecordingTrace
  /** Puts these values in the readings topic; the floor decides the partition. */
  send(...values: readonly string[]): Promise<void>
  /** Runs until everything is committed; each crash is followed by a new member. */
  runToEnd(): Promise<void>
  /** Starts one member; `stop` ends it politely. */
  start(): { readonly stop: () => Promise<void> }
  deadLetters(): readonly Record<string, unknown>[]
}

export function ingestionScene(options: Partial<IngestionOptions> = {}): IngestionScene {
  const [log, store, trace] = [scriptedLog(), fakeStore(), recordingTrace()]
  const world = {
    ...{ log, store, trace, hash: sha256 },
    clock: instantClock(),
    random: seededRandom('ingestion'),
  }
  const service = () =>
    createIngestion(world, {
      topic: READINGS_TOPIC,
      group: INGESTION_GROUP,
      deadLetterTopic: DEAD_LETTER_TOPIC,
      indexSize: 500,
      expectedShards: 1,
      ...options,
    })
  return {
    ...{ log, store, trace },
    async send(...values) {
      await log.append(
        READINGS_TOPIC,
        values.map((value) => ({ key: keyOf(value), value })),
      )
    },
    async runToEnd() {
      while (!log.isDrained(READINGS_TOPIC)) await oneLife(service(), log)
    },
    start() {
      const stop = new AbortController()
      const running = service().run(stop.signal)
      return {
        stop: async () => {
          stop.abort()
          await running
        },
      }
    },
    deadLetters: () => log.records(DEAD_LETTER_TOPIC).map((record) => JSON.parse(record.value)),
  }
}

/** Until everything is committed or the member dies of a crash. */
async function oneLife(member: ReturnType<typeof createIngestion>, log: ScriptedLog) {
  const stop = new AbortController()
  let isOver = false
  const life = member.run(stop.signal).finally(() => {
    isOver = true
  })
  const watch = async () => {
    while (!isOver && !log.isDrained(READINGS_TOPIC)) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    stop.abort()
  }
  try {
    await Promise.all([life, watch()])
  } catch (error) {
    if (!(error instanceof Crash)) throw error
  }
}

function keyOf(value: string): string | null {
  const piano = /"piano":(\d+)/.exec(value)?.[1]
  return piano ?? null
}
