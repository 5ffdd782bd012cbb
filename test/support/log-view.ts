/**
 * How far the stages have come, and what stands in the dead-letter topic, read from the log beside
 * the pipeline. While the log is away, questions wait.
 */
import type { DeadLetter } from '../../src/ingestion/dead-letter.ts'
import {
  ALERTS_TOPIC,
  ARCHIVE_GROUP,
  DEAD_LETTER_TOPIC,
  DETECTION_GROUP,
  INGESTION_GROUP,
  READINGS_TOPIC,
} from '../../src/model/topics.ts'
import type { Log } from '../../src/ports/log.ts'
import { eventually } from './eventually.ts'

export const STEPS = ['sent', 'stored', 'judged', 'archived'] as const
export type Step = (typeof STEPS)[number]

export interface LogView {
  /** Records of the readings topic: all of them, or those that a stage has committed. */
  done(step: Step): Promise<number>
  /** Waits until a stage has committed all there is. */
  untilThrough(step: Step, timeoutMs: number): Promise<void>
  deadLetters(): Promise<readonly DeadLetter[]>
  close(): Promise<void>
}

const GROUPS: Record<Exclude<Step, 'sent'>, readonly [topic: string, group: string]> = {
  stored: [READINGS_TOPIC, INGESTION_GROUP],
  judged: [READINGS_TOPIC, DETECTION_GROUP],
  archived: [ALERTS_TOPIC, ARCHIVE_GROUP],
}
/** The longest that a log may be away. */
const AWAY_MS_MAX = 60_000

/** The log belongs to the view from now on. */
export function viewLog(log: Log): LogView {
  const ask = <T>(what: string, question: () => Promise<T>) =>
    eventually(what, async () => ({ answer: await question() }), AWAY_MS_MAX)
  const done = async (step: Step) => (await ask(step, () => doneBy(log, step))).answer
  return {
    done,
    async untilThrough(step, timeoutMs) {
      if (step === 'sent') return
      const [topic, group] = GROUPS[step]
      const isThrough = async () => (await lagOf(log, topic, group)) === 0
      await eventually(`everything is ${step}`, isThrough, timeoutMs)
    },
    deadLetters: async () => (await ask('dead letters', () => deadLettersIn(log))).answer,
    close: () => log.close(),
  }
}

async function doneBy(log: Log, step: Step): Promise<number> {
  const topic = step === 'sent' ? READINGS_TOPIC : GROUPS[step][0]
  const ends = await log.ends(topic)
  const all = ends.reduce((sum, { first, next }) => sum + next - first, 0)
  return step === 'sent' ? all : all - (await lagOf(log, ...GROUPS[step]))
}

async function lagOf(log: Log, topic: string, group: string): Promise<number> {
  const lags = await log.lag(topic, group)
  return lags.reduce((sum, { records }) => sum + records, 0)
}

async function deadLettersIn(log: Log): Promise<readonly DeadLetter[]> {
  return (await valuesIn(log, DEAD_LETTER_TOPIC)).map((value) => JSON.parse(value))
}

/** All that stands in a topic now. */
export async function valuesIn(log: Log, topic: string): Promise<readonly string[]> {
  const values: string[] = []
  const enough = new AbortController()
  for await (const event of log.follow(topic, 'oldest', enough.signal)) {
    if (event.kind === 'records') values.push(...event.records.map(({ value }) => value))
    if (event.kind === 'caught-up') break
  }
  enough.abort()
  return values
}
