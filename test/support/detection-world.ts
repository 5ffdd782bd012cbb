/**
 * Detection between a log, a history and people who set limits, each failing as a test's script
 * says; a member that dies is started again until every reading is committed.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import { createLogDetection } from '../../src/detection/log-detection.ts'
import type { NamedFloors } from '../../src/detection/named-floors.ts'
import type { DetectionRules } from '../../src/detection/rules.ts'
import type { StepContext } from '../../src/detection/step.ts'
import type { CheckedReading, Reading } from '../../src/model/reading.ts'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/model/thresholds.ts'
import { parseTimestamp } from '../../src/model/timestamp.ts'
import { ALERTS_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import type { Service } from '../../src/ports/service.ts'
import { instantClock } from './instant-clock.ts'
import { Crash, type ScriptedLog, scriptedLog } from './scripted-log.ts'
import { recordingTrace } from './traces.ts'

export const RULES: DetectionRules = {
  cooldownMs: 20_000,
  sigmas: 1.6,
  countMin: 18,
  margin: 0,
  timeZone: 'Europe/Rome',
  rule: 'original',
}

/** Default limits, no history. */
export function stepContext(change: Partial<StepContext> = {}): StepContext {
  const statistics = { find: () => undefined }
  return { thresholds: DEFAULT_THRESHOLDS, statistics, rules: RULES, ...change }
}

/** A checked reading of floor 1, unless said otherwise. */
export function checked(timestamp: string, fields: Partial<Reading>): CheckedReading {
  const reading: Reading = { piano: 1, timestamp, ...fields }
  const timeMs = parseTimestamp(timestamp)
  if (timeMs === undefined) throw new Error(`${timestamp} is no time`)
  return { reading, text: JSON.stringify(reading), timeMs }
}

export type DetectionScene = ReturnType<typeof detectionScene>

export function detectionScene(rules: Partial<DetectionRules> = {}, floors?: NamedFloors) {
  const [log, trace] = [scriptedLog(), recordingTrace()]
  const statistics = openStatistics({ path: ':memory:' })
  const limits = { current: DEFAULT_THRESHOLDS as Thresholds | undefined }
  const world = {
    ...{ log, trace, statistics },
    thresholds: { current: async () => limits.current },
    sayings: { current: async () => undefined },
    clock: instantClock(),
    random: seededRandom('detection'),
  }
  const member = (dryRun = false): Service =>
    createLogDetection(world, {
      rules: { ...RULES, ...rules },
      budgetPerMonth: 1,
      statisticsRefreshMs: 900_000,
      thresholdsPollMs: 2_000,
      dryRun,
      topic: READINGS_TOPIC,
      floors,
    })
  return {
    ...{ log, trace, statistics, limits, world, member },
    send: (...readings: readonly Reading[]) =>
      log.append(
        READINGS_TOPIC,
        readings.map((one) => ({ key: String(one.piano), value: JSON.stringify(one) })),
      ),
    /** Lives through as many crashes as the log has in store. */
    async runToEnd() {
      while (!log.isDrained(READINGS_TOPIC)) {
        await oneLife(member(), () => log.isDrained(READINGS_TOPIC))
      }
    },
    /** What is shown: each id once, in the order of its first record. */
    shown: () => shownBy(log),
  }
}

/** Runs a service until the condition holds, then stops it politely; a crash ends it as well. */
export async function oneLife(service: Service, isEnough: () => boolean): Promise<void> {
  const stop = new AbortController()
  let isOver = false
  const life = service.run(stop.signal).finally(() => {
    isOver = true
  })
  const watch = async () => {
    while (!isOver && !isEnough()) await turn()
    stop.abort()
  }
  const outcomes = await Promise.allSettled([life, watch()])
  const failed = outcomes.find((one) => one.status === 'rejected')
  if (failed && !(failed.reason instanceof Crash)) throw failed.reason
}

function shownBy(log: ScriptedLog): ReadonlyMap<string, string> {
  const byId = new Map<string, string>()
  for (const { value } of log.records(ALERTS_TOPIC)) {
    const { notification, alert } = JSON.parse(value)
    if (!byId.has(notification.id))
      byId.set(notification.id, JSON.stringify({ notification, alert }))
  }
  return byId
}
