/**
 * A whole pipeline on one embedded log, meters that are counted at one end and a browser at the
 * other: what tests of faults begin with. Either separate processes that share the log's file, or
 * `up`, which is all of them in one.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { topicDeclarations } from '../../src/app/topics.ts'
import { type AlarmWatcher, watchAlarms } from './alarm-stream.ts'
import { openDescribed } from './log-description.ts'
import { type LogView, viewLog } from './log-view.ts'
import { METER_ENVIRONMENT, METER_THRESHOLDS, type Meters, startMeters } from './meters.ts'
import {
  type Member,
  putThresholds,
  type Store,
  startDetector,
  startIngestion,
  startStore,
  startUp,
  stopMembers,
} from './pipeline.ts'
import { PATIENT, temporaryFolder } from './process.ts'
import { assertAllIsThere } from './reckoning.ts'

/** Clients and meters end with the test, however it ends. */
type Test = Pick<TestContext, 'after'>

export interface CountedPipeline {
  /** All its processes. */
  readonly members: readonly Member[]
  readonly log: LogView
  readonly watcher: AlarmWatcher
  /** `backlog`: ticks that are sent at once at first. */
  startMeters(backlog?: number): Meters
  /** Stops the meters, waits until all is through, holds it against what was acknowledged. */
  reckon(meters: Meters): Promise<void>
  /** Every process must end with 0. */
  stop(): Promise<void>
}

export interface RunningPipeline extends CountedPipeline {
  readonly store: Store
  readonly ingestion: Member
  readonly detector: Member
  /** For further roles on the same log. */
  readonly logFlags: readonly string[]
}

/** As many as can be asked for, so that the list shows every alarm of a test. */
const ENV = { NOTIFY_BUFFER_SIZE: '1000', ...METER_ENVIRONMENT }

export async function startPipeline(
  t: Test,
  env: Readonly<Record<string, string>> = PATIENT,
): Promise<RunningPipeline> {
  const path = join(temporaryFolder('log'), 'log.db')
  const options = { logFlags: ['--log-path', path], env: { ...ENV, ...env } }
  const store = await startStore(options)
  await putThresholds(store.url, METER_THRESHOLDS)
  const [ingestion, detector] = await Promise.all([
    startIngestion(store, options),
    startDetector(store, options),
  ])
  const members = [detector, ingestion, store.coordinator, ...store.shards]
  const counted = await countPipeline(t, store.url, path, members)
  return { ...counted, store, ingestion, detector, logFlags: options.logFlags }
}

/** It simulates no building and so has no past: only limits raise alarms. */
export async function startCountedUp(t: Test): Promise<CountedPipeline> {
  const thresholds = join(temporaryFolder('thresholds'), 'thresholds.json')
  writeFileSync(thresholds, JSON.stringify(METER_THRESHOLDS))
  const up = await startUp({ ...ENV, ...PATIENT, THRESHOLDS_PATH: thresholds })
  const { address, dataDir } = up.current()
  return countPipeline(t, address, join(dataDir, 'log.db'), [up])
}

async function countPipeline(
  t: Test,
  url: string,
  logPath: string,
  members: readonly Member[],
): Promise<CountedPipeline> {
  const records = await openDescribed({ kind: 'sqlite', options: { path: logPath } })
  await records.declare(topicDeclarations())
  const log = viewLog(records)
  const watcher = await watchAlarms(url)
  t.after(async () => {
    await watcher.stop()
    await records.close()
  })
  return {
    ...{ members, log, watcher },
    startMeters(backlog) {
      const meters = startMeters(records, backlog)
      t.after(() => meters.stop())
      return meters
    },
    async reckon(meters) {
      await meters.stop()
      const reckoning = assertAllIsThere({ url, log, watcher }, meters.acknowledged)
      await Promise.race([reckoning, ...members.map((member) => member.untilItFails)])
    },
    stop: () => stopMembers(members),
  }
}
