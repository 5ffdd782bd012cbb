/**
 * The collecting process's end of a process that writes at a steady rate.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface WriterOrder {
  readonly origins: readonly string[]
  /** Keys are this and a number that grows. */
  readonly prefix: string
  readonly perSecond: number
}

export interface WriterReport {
  /** Keys from 0 up to this. */
  readonly sent: number
  /** Those among them that may or may not be there. */
  readonly unacknowledged: readonly number[]
  /** By status, or by the code of the error. */
  readonly failures: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface Writer {
  stop(): Promise<WriterReport>
}

export function acknowledgedIn({ sent, unacknowledged }: WriterReport): number {
  return sent - unacknowledged.length
}

/** How many acknowledged keys are not there. */
export function missingIn(
  { sent, unacknowledged }: Pick<WriterReport, 'sent' | 'unacknowledged'>,
  prefix: string,
  isThere: (key: string) => boolean,
): number {
  const inDoubt = new Set(unacknowledged)
  const numbers = Array.from({ length: sent }, (_, n) => n)
  return numbers.filter((n) => !inDoubt.has(n) && !isThere(`${prefix}${n}`)).length
}

const PROGRAM = new URL('./processes/writer.ts', import.meta.url)

export function startWriter(order: WriterOrder): Writer {
  const child = fork(PROGRAM, [JSON.stringify(order)], { env: { PATH: process.env.PATH ?? '' } })
  const reported = once(child, 'message') as Promise<[WriterReport]>
  return {
    async stop() {
      const ended = once(child, 'exit')
      child.send('stop')
      const [report] = await reported
      await ended
      return report
    },
  }
}
