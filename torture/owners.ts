/**
 * The collecting process's end of a process full of clients that own keys, and what such a client
 * expects to read.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface OwnersOrder {
  readonly origins: readonly string[]
  readonly clients: number
  readonly keys: number
}

/** Since the last report. */
export interface OwnersReport {
  requests: number
  /** Distinct keys that were read well. */
  keysRead: number
  readonly failures: Record<string, number>
  readonly wrongs: Record<string, number>
}

const PROGRAM = new URL('./processes/owners.ts', import.meta.url)
const PADDING = 'x'.repeat(150)

export const keyName = (number: number): string => `reshape:${number}`

export function valueText(key: number, version: number): string {
  return `{"key":${key},"version":${version},"padding":"${PADDING}"}`
}

/**
 * Every key is there, with the version that was acknowledged last or one that was tried since.
 * Undefined = right, or not known.
 */
export function judgeRead(
  status: number,
  text: string,
  { oldest, newest }: { readonly oldest: number; readonly newest: number },
): 'lost' | 'stale' | 'never written' | undefined {
  if (status === 404) return 'lost'
  if (status !== 200) return undefined
  const { value } = JSON.parse(text) as { value: { version: number } }
  if (value.version < oldest) return 'stale'
  return value.version > newest ? 'never written' : undefined
}

export class Owners {
  private readonly child: ChildProcess

  constructor(order: OwnersOrder) {
    this.child = fork(PROGRAM, [JSON.stringify(order)], { env: { PATH: process.env.PATH ?? '' } })
  }

  /** What has happened since the last report. */
  async report(): Promise<OwnersReport> {
    return this.tell('report')
  }

  async stop(): Promise<OwnersReport> {
    const ended = once(this.child, 'exit')
    const report = await this.tell('stop')
    await ended
    return report
  }

  private async tell(word: 'report' | 'stop'): Promise<OwnersReport> {
    const answered = once(this.child, 'message') as Promise<[OwnersReport]>
    this.child.send(word)
    const [report] = await answered
    return report
  }
}
