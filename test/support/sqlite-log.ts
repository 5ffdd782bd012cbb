/**
 * The log in a SQLite file for the contract suite, and with other options for the tests of what is
 * special to it.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SqliteLogOptions } from '../../src/adapters/sqlite-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { TopicDeclaration } from '../../src/ports/log.ts'
import { eventually } from './eventually.ts'
import { type LogDescription, openDescribed } from './log-description.ts'
import { type LogUnderTest, openDesk } from './log-under-test.ts'
import { temporaryFolder } from './process.ts'
import { silentTrace } from './traces.ts'

/** Short, because the tests wait for it; a machine that is busy testing may stall as long. */
const LEASE_MS = 1_500
export const HOUR_MS = 60 * 60_000
/** No topic of the tests keeps its records so long. */
const AGES_MS = 24 * HOUR_MS

/** Time that a test moves ahead has passed. */
export const BELIEVING = { leapBelievedMs: 0 }

/** The time of the machine, moved ahead at will. */
export function shiftedClock() {
  const clock = {
    ...systemClock,
    aheadMs: 0,
    wallMs: () => systemClock.wallMs() + clock.aheadMs,
  }
  return clock
}

export async function openSqliteUnderTest(): Promise<LogUnderTest> {
  const path = join(temporaryFolder('sqlite-log'), 'log.db')
  const description: LogDescription = {
    kind: 'sqlite',
    options: { path, leaseMs: LEASE_MS, ...BELIEVING },
  }
  const clock = shiftedClock()
  const open = () => openDescribed(description, { clock, trace: silentTrace })
  return {
    description,
    groups: 'stand-by',
    open,
    async expire(topic) {
      clock.aheadMs += AGES_MS
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

/** The file of a log under test. */
export const pathOf = ({ description }: Pick<LogUnderTest, 'description'>) => {
  assert.ok(description.kind === 'sqlite')
  return description.options.path
}

/** A desk whose clients have these options; other processes on the file have the usual ones. */
export async function openSqliteDesk(
  t: TestContext,
  options: Partial<SqliteLogOptions>,
  declaration: Partial<TopicDeclaration> = {},
) {
  const under = await openSqliteUnderTest()
  const { clock = systemClock, trace = silentTrace, ...tuning } = options
  const description = {
    kind: 'sqlite',
    options: { path: pathOf(under), ...BELIEVING, ...tuning },
  } as const
  const open = () => openDescribed(description, { clock, trace })
  return openDesk(t, async () => ({ ...under, open }), declaration)
}
