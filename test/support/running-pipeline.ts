/**
 * A whole pipeline on one embedded log that separate processes share, meters that are counted at
 * one end and a browser at the other: what tests of faults begin with.
 */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { topicDeclarations } from '../../src/app/topics.ts'
import type { Log } from '../../src/ports/log.ts'
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
  stopMembers,
} from './pipeline.ts'
import { temporaryFolder } from './process.ts'
import { assertAllIsThere } from './reckoning.ts'

export interface RunningPipeline {
  readonly store: Store
  readonly ingestion: Member
  readonly detector: Member
  /** For further roles on the same log. */
  readonly logFlags: readonly string[]
  /** All of them. */
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

/** As many as can be asked for, so that the list shows every alarm of a test. */
const ENV = { NOTIFY_BUFFER_SIZE: '1000', ...METER_ENVIRONMENT }

/** Clients and meters end with the test, however it ends. */
export async function startPipeline(t: Pick<TestContext, 'after'>): Promise<RunningPipeline> {
  const path = join(temporaryFolder('log'), 'log.db')
  const options = { logFlags: ['--log-path', path], env: ENV }
  const records = await openDescribed({ kind: 'sqlite', options: { path } })
  await records.declare(topicDeclarations())
  const store = await startStore(options)
  await putThresholds(store.url, METER_THRESHOLDS)
  const [ingestion, detector, watcher] = await Promise.all([
    startIngestion(store, options),
    startDetector(store, options),
    watchAlarms(store.url),
  ])
  const { logFlags } = options
  t.after(async () => {
    await watcher.stop()
    await records.close()
  })
  return assemble(t, records, { store, ingestion, detector, watcher, logFlags })
}

type Parts = Pick<RunningPipeline, 'store' | 'ingestion' | 'detector' | 'watcher' | 'logFlags'>

function assemble(t: Pick<TestContext, 'after'>, records: Log, parts: Parts): RunningPipeline {
  const { store, ingestion, detector, watcher } = parts
  const log = viewLog(records)
  const members = [detector, ingestion, store.coordinator, ...store.shards]
  return {
    ...parts,
    ...{ members, log },
    startMeters(backlog) {
      const meters = startMeters(records, backlog)
      t.after(() => meters.stop())
      return meters
    },
    async reckon(meters) {
      await meters.stop()
      const { url } = store
      const reckoning = assertAllIsThere({ url, log, watcher }, meters.acknowledged)
      await Promise.race([reckoning, ...members.map((member) => member.untilItFails)])
    },
    stop: () => stopMembers(members),
  }
}
