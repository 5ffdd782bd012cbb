/**
 * One more process on a log, for tests that kill it, stop it or let it stall. It is told by one
 * argument of JSON how to open the log and what to do, and says what it sees in JSON lines on
 * stdout. `startLogMember` starts it; run without an argument it does nothing.
 */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { GroupEvent, Log, LogBatch } from '../../src/ports/log.ts'
import { type LogDescription, openDescribed } from './log-description.ts'
import { type StartedProcess, startProcess } from './process.ts'

export type LogTask =
  | {
      readonly kind: 'consume'
      readonly topic: string
      readonly group: string
      readonly batchRecordsMax: number
      /** stall: takes one batch and never asks again. */
      readonly manner: 'commit' | 'never-commit' | 'stall'
      /** Holds each batch until this file is there. */
      readonly holdUntilFile?: string
    }
  /** One append for each record: key and value `{name}-{number}`, `together` of them at once. */
  | {
      readonly kind: 'append'
      readonly topic: string
      readonly name: string
      readonly records: number
      readonly together: number
      /** Declares the topic first, with so many partitions. */
      readonly declarePartitions?: number
    }

export type MemberLine =
  | { readonly kind: 'assigned' | 'revoked'; readonly partition: number }
  | {
      readonly kind: 'batch' | 'committed' | 'fenced'
      readonly partition: number
      readonly offsets: readonly number[]
      readonly values: readonly string[]
    }
  | { readonly kind: 'appended'; readonly values: readonly string[] }
  | { readonly kind: 'memory'; readonly residentBytes: number }
  | { readonly kind: 'done' }

export interface LogMember extends StartedProcess {
  lines(): readonly MemberLine[]
  /** Values of the batches that it took, committed or was refused, or that it appended. */
  values(kind: 'batch' | 'committed' | 'fenced' | 'appended'): readonly string[]
  has(kind: MemberLine['kind']): boolean
}

const MEMORY_EVERY_MS = 100
/** A value in a line is cut to this length. */
const SAID_LENGTH_MAX = 40

export function startLogMember(description: LogDescription, task: LogTask): LogMember {
  const program = [process.execPath, fileURLToPath(import.meta.url)]
  const started = startProcess([JSON.stringify({ description, task })], { program })
  const lines = () => {
    const whole = started.stdout().split('\n').slice(0, -1)
    return whole.map((line) => JSON.parse(line) as MemberLine)
  }
  return {
    ...started,
    lines,
    values: (kind) =>
      lines().flatMap((line) => (line.kind === kind && 'values' in line ? line.values : [])),
    has: (kind) => lines().some((line) => line.kind === kind),
  }
}

const say = (line: MemberLine) => process.stdout.write(`${JSON.stringify(line)}\n`)

async function run(description: LogDescription, task: LogTask): Promise<void> {
  const log = await openDescribed(description)
  if (task.kind === 'append') await append(log, task)
  else await consume(log, task)
  say({ kind: 'done' })
  await log.close()
}

async function append(log: Log, task: LogTask & { kind: 'append' }): Promise<void> {
  const { topic, declarePartitions: partitions } = task
  if (partitions) await log.declare([{ name: topic, partitions }])
  let number = 0
  const lane = async () => {
    while (number < task.records) {
      const text = `${task.name}-${number++}`
      await log.append(topic, [{ key: text, value: text }])
      say({ kind: 'appended', values: [text] })
    }
  }
  await Promise.all(Array.from({ length: task.together }, lane))
}

async function consume(log: Log, task: LogTask & { kind: 'consume' }): Promise<void> {
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  const limits = { batchRecordsMax: task.batchRecordsMax }
  for await (const event of log.consume(task.topic, task.group, stop.signal, limits)) {
    await take(event, task)
  }
}

async function take(event: GroupEvent, task: LogTask & { kind: 'consume' }): Promise<void> {
  if (event.kind !== 'batch') return void say({ kind: event.kind, partition: event.partition })
  sayBatch('batch', event.batch)
  if (task.manner === 'stall') await stallForEver()
  while (task.holdUntilFile && !existsSync(task.holdUntilFile)) await sleep(10)
  if (task.manner === 'commit') sayBatch(await event.batch.commit(), event.batch)
}

function sayBatch(kind: 'batch' | 'committed' | 'fenced', { partition, records }: LogBatch): void {
  const values = records.map(({ value }) => value.slice(0, SAID_LENGTH_MAX))
  say({ kind, partition, offsets: records.map(({ offset }) => offset), values })
}

async function stallForEver(): Promise<never> {
  for (;;) {
    say({ kind: 'memory', residentBytes: process.memoryUsage.rss() })
    await sleep(MEMORY_EVERY_MS)
  }
}

const [, , argument] = process.argv
if (argument?.startsWith('{') && process.argv[1] === fileURLToPath(import.meta.url)) {
  const { description, task } = JSON.parse(argument)
  await run(description, task)
}
