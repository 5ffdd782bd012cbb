/**
 * The Log contract, members that are processes of their own: killed, stopped and woken, stalled.
 * What the dead had committed does not come again, what it had not comes to the next member, and
 * who slept through the loss of its partitions can commit nothing.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import type { LogMember, LogTask } from '../support/log-member.ts'
import {
  assertContiguous,
  joinGroup,
  numbered,
  PATIENCE_MS,
  sorted,
  startFollowing,
  valuesOf,
} from '../support/log-readers.ts'
import { type Desk, type OpenLogUnderTest, openDesk } from '../support/log-under-test.ts'
import { temporaryFolder } from '../support/process.ts'
import { untilItStandsStill } from '../support/standing-still.ts'

export function logProcessSuite(name: string, open: OpenLogUnderTest): void {
  killTests(name, open)
  appenderTests(name, open)
  sleeperTests(name, open)
  stallTests(name, open)
}

type Consume = Extract<LogTask, { kind: 'consume' }>

const consuming = ({ topic, group }: Desk, changes: Partial<Consume> = {}): Consume => ({
  ...({ kind: 'consume', manner: 'commit', batchRecordsMax: 5, topic, group } as const),
  ...changes,
})

const wait = (what: string, member: LogMember, condition: () => unknown) =>
  eventually(what, condition, PATIENCE_MS).catch((error: Error) => {
    throw new Error(`${error.message}\n${member.stdout()}\n${member.stderr()}`)
  })

/** What a killed member was committing: whether the log took it, nobody was told any more. */
function underWay(killed: LogMember): readonly string[] {
  const last = killed.lines().at(-1)
  return last?.kind === 'batch' ? last.values : []
}

function killTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: after a kill a group goes on behind what was committed`, async (t) => {
    const desk = await openDesk(t, open)
    const killed = desk.start(consuming(desk))
    await wait('it is assigned', killed, () => killed.has('assigned'))
    await desk.log.append(desk.topic, numbered(20))
    await wait('20 are committed', killed, () => killed.values('committed').length === 20)
    killed.kill('SIGKILL')
    await killed.exited
    await desk.log.append(desk.topic, numbered(10, 'later'))
    const next = joinGroup(desk.log, desk.topic, desk.group)
    await next.has(10)
    await next.leave()
    assert.deepEqual(next.values(), valuesOf(numbered(10, 'later')))
  })

  test(`${name}: after a kill in mid-stream nothing is lost`, async (t) => {
    const desk = await openDesk(t, open, { partitions: 3 })
    const killed = desk.start(consuming(desk, { batchRecordsMax: 1 }))
    await wait('it is assigned', killed, () => killed.has('assigned'))
    const records = numbered(300)
    await desk.log.append(desk.topic, records)
    await wait('some are committed', killed, () => killed.values('committed').length > 20)
    killed.kill('SIGKILL')
    await killed.exited
    const committed = new Set(killed.values('committed'))
    const next = joinGroup(desk.log, desk.topic, desk.group)
    const both = () => new Set([...committed, ...underWay(killed), ...next.values()])
    await next.until('all has come', () => both().size === 300)
    await next.leave()
    assert.deepEqual(
      next.values().filter((value) => committed.has(value)),
      [],
    )
    assert.deepEqual(sorted([...both()]), sorted(valuesOf(records)))
  })

  test(`${name}: what a killed member had not committed comes to the next`, async (t) => {
    const desk = await openDesk(t, open)
    await desk.log.append(desk.topic, numbered(20))
    const killed = desk.start(consuming(desk, { manner: 'never-commit' }))
    await wait('it has read', killed, () => killed.values('batch').length === 20)
    killed.kill('SIGKILL')
    await killed.exited
    const next = joinGroup(desk.log, desk.topic, desk.group)
    await next.has(20)
    await next.leave()
    assert.deepEqual(next.values(), valuesOf(numbered(20)))
  })

  test(`${name}: a waiting member takes over from one that is killed`, async (t) => {
    const desk = await openDesk(t, open, { partitions: 2 })
    const killed = desk.start(consuming(desk))
    await wait('it is assigned', killed, () => killed.has('assigned'))
    const survivor = joinGroup(desk.log, desk.topic, desk.group)
    await desk.log.append(desk.topic, numbered(40))
    const both = () => new Set([...killed.values('committed'), ...survivor.values()])
    await wait('40 have come', killed, () => both().size === 40)
    killed.kill('SIGKILL')
    await killed.exited
    await desk.log.append(desk.topic, numbered(40, 'later'))
    await survivor.until('all has come', () => both().size === 80)
    assert.deepEqual(survivor.partitions(), [0, 1])
    await survivor.leave()
  })
}

function appenderTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: what was acknowledged to a killed process stands in the log`, async (t) => {
    const { log, topic, start } = await openDesk(t, open, { partitions: 3 })
    const task = { kind: 'append', name: 'a', records: 1_000_000, together: 8 } as const
    const appender = start({ ...task, topic })
    await wait('it appends', appender, () => appender.values('appended').length > 100)
    appender.kill('SIGKILL')
    await appender.exited
    const follower = startFollowing(log, topic, 'oldest')
    await follower.until('all was read', () => follower.caughtUp())
    await follower.leave()
    const stored = new Set(follower.values())
    const acknowledged = appender.values('appended')
    assert.deepEqual(
      acknowledged.filter((value) => !stored.has(value)),
      [],
    )
    assertContiguous(follower.records)
  })

  test(`${name}: processes that were asked to stop end by themselves`, async (t) => {
    const desk = await openDesk(t, open)
    const consumer = desk.start(consuming(desk))
    await wait('it is assigned', consumer, () => consumer.has('assigned'))
    const appender = desk.start({
      ...({ kind: 'append', name: 'a', records: 10, together: 1 } as const),
      topic: desk.topic,
    })
    assert.deepEqual(await appender.exited, { code: 0, signal: null })
    await wait('all is committed', consumer, () => consumer.values('committed').length === 10)
    assert.deepEqual(await consumer.stop(), { code: 0, signal: null })
  })
}

function sleeperTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: who was stopped while another took over can commit nothing`, async (t) => {
    const desk = await openDesk(t, open)
    const holdUntilFile = join(temporaryFolder('log-suite'), 'go')
    await desk.log.append(desk.topic, numbered(5))
    const sleeper = desk.start(consuming(desk, { holdUntilFile }))
    await wait('it holds a batch', sleeper, () => sleeper.has('batch'))
    sleeper.kill('SIGSTOP')
    await untilItStandsStill(sleeper.pid)
    const successor = joinGroup(desk.log, desk.topic, desk.group)
    await successor.has(5)
    await desk.log.append(desk.topic, numbered(5, 'later'))
    await successor.has(10)
    writeFileSync(holdUntilFile, '')
    sleeper.kill('SIGCONT')
    await wait('its commit is refused', sleeper, () => sleeper.has('fenced'))
    assert.deepEqual(sleeper.values('committed'), [])
    await wait('it is told of its loss', sleeper, () => sleeper.has('revoked'))
    assert.deepEqual(successor.values(), valuesOf([...numbered(5), ...numbered(5, 'later')]))
    await successor.leave()
    assert.deepEqual(await desk.log.lag(desk.topic, desk.group), [{ partition: 0, records: 0 }])
  })

  test(`${name}: who was stopped and woken joins again and goes on when it is alone`, async (t) => {
    const desk = await openDesk(t, open)
    const sleeper = desk.start(consuming(desk))
    await wait('it is assigned', sleeper, () => sleeper.has('assigned'))
    sleeper.kill('SIGSTOP')
    await untilItStandsStill(sleeper.pid)
    await desk.log.append(desk.topic, numbered(5))
    const successor = joinGroup(desk.log, desk.topic, desk.group)
    await successor.has(5)
    sleeper.kill('SIGCONT')
    await successor.leave()
    await desk.log.append(desk.topic, numbered(5, 'later'))
    const later = valuesOf(numbered(5, 'later'))
    await wait('it goes on', sleeper, () => sleeper.values('committed').length === later.length)
    assert.deepEqual(sleeper.values('committed'), later)
  })
}

/** Half of what is appended behind the stalled member's back would be a pile. */
const APPENDED_BYTES = 64 * 1024 * 1024

function stallTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: nothing piles up in a process whose consumer stalls`, async (t) => {
    const desk = await openDesk(t, open)
    const value = 'x'.repeat(256 * 1024)
    await desk.log.append(desk.topic, [{ key: 'k', value }])
    const stalled = desk.start(consuming(desk, { manner: 'stall', batchRecordsMax: 1 }))
    const residentBytes = () =>
      stalled.lines().flatMap((line) => (line.kind === 'memory' ? [line.residentBytes] : []))
    await wait('it stalls', stalled, () => residentBytes().length >= 5)
    const before = Math.max(...residentBytes())
    for (let left = APPENDED_BYTES; left > 0; left -= 8 * value.length) {
      await desk.log.append(desk.topic, Array(8).fill({ key: 'k', value }))
    }
    const said = residentBytes().length
    await wait('it is still there', stalled, () => residentBytes().length >= said + 10)
    const grown = (residentBytes().at(-1) ?? Number.POSITIVE_INFINITY) - before
    assert.ok(grown < APPENDED_BYTES / 2, `it has grown by ${grown} bytes`)
    assert.equal(stalled.lines().filter(({ kind }) => kind === 'batch').length, 1)
  })
}
