/**
 * What an adapter of the Log port says about itself to take the contract suite, and a desk with
 * what every test of the suite needs: names of its own, clients that are closed at its end.
 */
import type { TestContext } from 'node:test'
import type { Log, TopicDeclaration } from '../../src/ports/log.ts'
import type { LogDescription } from './log-description.ts'
import { type LogMember, type LogTask, startLogMember } from './log-member.ts'

/** The log one test works on. */
export interface LogUnderTest {
  /** How another process opens it. */
  readonly description: LogDescription
  /** A client of its own, as another process would have it. */
  open(): Promise<Log>
  /**
   * Declared difference: the members of a group share its partitions, or one has them all and the
   * others stand by.
   */
  readonly groups: 'shares-partitions' | 'stand-by'
  /**
   * Has retention remove all that stands in the topic now, as if its time had passed; resolves when
   * it is gone. Only called for topics with `retentionMs`.
   */
  expire(topic: string): Promise<void>
}

export type OpenLogUnderTest = (t: TestContext) => Promise<LogUnderTest>

export interface Desk extends LogUnderTest {
  /** The first client. */
  readonly log: Log
  readonly topic: string
  readonly group: string
  start(task: LogTask): LogMember
}

let names = 0
const run = `${process.pid.toString(36)}-${Math.round(performance.timeOrigin).toString(36)}`

/** Unique on a log that outlives the tests. */
export const newName = (what: string) => `suite-${what}-${run}-${++names}`

/** A log with one declared topic, all closed and ended with the test. */
export async function openDesk(
  t: TestContext,
  openUnderTest: OpenLogUnderTest,
  declaration: Partial<TopicDeclaration> = {},
): Promise<Desk> {
  const under = await openUnderTest(t)
  const logs: Log[] = []
  const children: LogMember[] = []
  const open = async () => {
    const log = await under.open()
    logs.push(log)
    return log
  }
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all([...logs.map((log) => log.close()), ...children.map((one) => one.exited)])
  })
  const log = await open()
  const topic = newName('topic')
  await log.declare([{ name: topic, partitions: 1, ...declaration }])
  const start = (task: LogTask) => {
    const child = startLogMember(under.description, task)
    children.push(child)
    return child
  }
  const { description, groups, expire } = under
  return { description, groups, expire, open, log, topic, group: newName('group'), start }
}
