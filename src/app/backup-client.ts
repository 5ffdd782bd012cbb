/**
 * A coordinator as an export or an import sees it. Both take long and the store goes on meanwhile,
 * so a shard that is restarted, or the coordinator itself, is waited for: a page may be asked for
 * again, and a row may be written again. Only when nobody answers from the beginning, or for too
 * long, it is given up.
 */
import { z } from 'zod'
import type { Clock } from '../ports/clock.ts'
import { type CoordinatorAnswer, mustSucceed, unreachable } from './coordinator-client.ts'
import { CommandError } from './output.ts'

export interface BackupClientOptions {
  readonly url: string
  readonly adminToken: string
  readonly clock: Clock
  /** Told once for each time that it has to wait, and why. */
  readonly waits?: (why: string) => void
}

/** A page may take several rounds over all shards. */
const ANSWER_MS_MAX = 60_000
const PATIENCE_MS = 60_000
const WAIT_MS = 500
/** Not now, or perhaps: asking again is safe and may help. */
const PASSING: readonly number[] = [429, 500, 502, 503, 504]

const pageSchema = z.object({
  cluster: z.string(),
  rows: z.array(z.unknown()),
  next: z.string().nullable(),
})
const resultsSchema = z.object({
  results: z.array(
    z.object({
      status: z.int(),
      kept: z.literal(true).optional(),
      detail: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
})
type Result = z.output<typeof resultsSchema>['results'][number]

export class BackupClient {
  private readonly options: BackupClientOptions
  private hasAnswered = false

  constructor(options: BackupClientOptions) {
    this.options = options
  }

  async exportPage(from: string): Promise<z.output<typeof pageSchema>> {
    return pageSchema.parse(await this.insist('/sharding/export', JSON.stringify({ from })))
  }

  /** Writes rows, each as a line of an export; how many stayed as they were. */
  async importRows(rows: readonly string[]): Promise<number> {
    const deadlineMs = this.deadline()
    let kept = 0
    for (let left = rows; left.length > 0; ) {
      const body = `{"rows":[${left.join(',')}]}`
      const { results } = resultsSchema.parse(await this.insist('/sharding/import', body))
      kept += results.filter((result) => result.kept).length
      const failed = results.flatMap((result, index) =>
        result.status === 200 ? [] : [{ result, line: left[index] ?? '' }],
      )
      for (const { result, line } of failed) this.mustPass(result, line, deadlineMs)
      left = failed.map(({ line }) => line)
      if (left.length > 0) await this.options.clock.sleep(WAIT_MS)
    }
    return kept
  }

  private mustPass({ status, detail, reason }: Result, line: string, deadlineMs: number): void {
    if (PASSING.includes(status) && this.options.clock.monotonicMs() < deadlineMs) return
    const { key } = Object(JSON.parse(line))
    const why = [detail, reason].filter((part) => part !== undefined).join(': ')
    throw new CommandError(`The key ${JSON.stringify(key)} was not taken: ${why} (HTTP ${status})`)
  }

  /** The body of the answer, however often it has to be asked for. */
  private async insist(path: string, body: string): Promise<unknown> {
    const { clock } = this.options
    const deadlineMs = this.deadline()
    for (let tries = 1; ; tries += 1) {
      let why = 'no coordinator answers'
      try {
        const answer = await this.ask(path, body)
        this.hasAnswered = true
        const isOver = !PASSING.includes(answer.status) || clock.monotonicMs() >= deadlineMs
        if (isOver) return mustSucceed(answer)
        why = `HTTP ${answer.status}`
      } catch (error) {
        if (error instanceof CommandError) throw error
        const isOver = !this.hasAnswered || clock.monotonicMs() >= deadlineMs
        if (isOver) throw unreachable(this.options.url, error)
      }
      if (tries === 1) this.options.waits?.(why)
      await clock.sleep(WAIT_MS)
    }
  }

  private async ask(path: string, body: string): Promise<CoordinatorAnswer> {
    const { url, adminToken } = this.options
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` }
    const signal = AbortSignal.timeout(ANSWER_MS_MAX)
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body, signal })
    const text = await response.text()
    return { status: response.status, body: isJson(response) ? JSON.parse(text) : text }
  }

  private deadline(): number {
    return this.options.clock.monotonicMs() + PATIENCE_MS
  }
}

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false
}
