/**
 * The log in a SQLite file takes the suite of the port, and a few tests of its own kind: several
 * processes on one file, and what becomes of the file itself.
 */
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { eventually } from '../support/eventually.ts'
import { type LogDescription, openDescribed } from '../support/log-description.ts'
import type { LogUnderTest } from '../support/log-under-test.ts'
import { temporaryFolder } from '../support/process.ts'
import { silentTrace } from '../support/traces.ts'
import { logSuite } from './log.suite.ts'

/** Short, because the tests wait for it; a machine that is busy testing may stall as long. */
const LEASE_MS = 1_500
/** No topic of the tests keeps its records so long. */
const AGES_MS = 24 * 60 * 60_000

async function openSqliteUnderTest(): Promise<LogUnderTest> {
  const path = join(temporaryFolder('sqlite-log'), 'log.db')
  const description: LogDescription = { kind: 'sqlite', options: { path, leaseMs: LEASE_MS } }
  let aheadMs = 0
  const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + aheadMs }
  const open = () => openDescribed(description, { clock, trace: silentTrace })
  return {
    description,
    groups: 'stand-by',
    open,
    async expire(topic) {
      aheadMs += AGES_MS
      const log = await open()
      await log.declare([{ name: 'occasion', partitions: 1 }])
      await log.append('occasion', [{ key: null, value: 'Retention needs an occasion.' }])
      await eventually('all has expired', async () =>
        (await log.ends(topic)).every(({ first, next }) => first === next),
      )
      await log.close()
    },
  }
}

logSuite('sqlite-log', openSqliteUnderTest)
