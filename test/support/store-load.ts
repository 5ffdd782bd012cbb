/**
 * A store under full load: clients that write and read without pause, and what they were answered.
 * Keys come again, so that the load can go on for as long as a test likes.
 */
import type { TestContext } from 'node:test'

export interface Tally {
  /** How often each status was answered; entries of batches count one by one. */
  readonly statuses: Map<number, number>
  /** Answers that refuse without saying when to come again, or that nobody should get. */
  readonly wrong: Set<string>
  /** Nobody answered. */
  broken: number
}

export interface StoreLoad {
  /** What was answered since the last time that this was called. */
  take(): Tally
  stop(): Promise<void>
}

export const LOAD_KEYS = 4_000
const SINGLE_CLIENTS = 32
const BATCH_CLIENTS = 8
const BATCH_ENTRIES = 100
const FILLING = 'x'.repeat(400)
/** A refusal says when to come again; these may be answered at all. */
const REFUSALS: readonly number[] = [429, 503]
const EXPECTED: readonly number[] = [200, 404, ...REFUSALS]

/** Ends with the test at the latest. */
export function startStoreLoad(t: Pick<TestContext, 'after'>, url: string): StoreLoad {
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const load = new Load(url, stopping.signal)
  const clients = [
    ...Array.from({ length: SINGLE_CLIENTS }, () => load.run((n) => load.single(n))),
    ...Array.from({ length: BATCH_CLIENTS }, () => load.run((n) => load.batch(n))),
  ]
  return {
    take: () => load.take(),
    async stop() {
      stopping.abort()
      await Promise.all(clients)
    },
  }
}

class Load {
  private readonly url: string
  private readonly signal: AbortSignal
  private tally = freshTally()
  private asked = 0

  constructor(url: string, signal: AbortSignal) {
    this.url = url
    this.signal = signal
  }

  take(): Tally {
    const { tally } = this
    this.tally = freshTally()
    return tally
  }

  async run(ask: (n: number) => Promise<void>): Promise<void> {
    while (!this.signal.aborted) {
      this.asked += 1
      try {
        await ask(this.asked)
      } catch {
        this.tally.broken += 1
      }
    }
  }

  /** Every third request reads. */
  async single(n: number): Promise<void> {
    const path = `/key/${keyOf(n)}`
    const body = JSON.stringify({ value: { n, FILLING } })
    const answer = await this.send(path, n % 3 === 0 ? { method: 'GET' } : { method: 'PUT', body })
    const text = await answer.text()
    this.note(answer.status, answer.headers.get('retry-after'), text)
  }

  async batch(n: number): Promise<void> {
    const operations = Array.from({ length: BATCH_ENTRIES }, (_, i) => {
      return { op: 'put', key: keyOf(n * BATCH_ENTRIES + i), value: { n, FILLING } }
    })
    const answer = await this.send('/batch', {
      method: 'POST',
      body: JSON.stringify({ operations }),
    })
    const text = await answer.text()
    if (answer.status !== 200) {
      this.note(answer.status, answer.headers.get('retry-after'), text)
      return
    }
    const { results } = JSON.parse(text) as { results: { status: number }[] }
    for (const result of results) {
      const { retry_after_ms: afterMs } = result as { retry_after_ms?: number }
      this.note(result.status, afterMs ?? null, JSON.stringify(result))
    }
  }

  private send(path: string, request: RequestInit): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${this.url}${path}`, { ...request, headers })
  }

  private note(status: number, retryAfter: unknown, text: string): void {
    const { statuses, wrong } = this.tally
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const isBlunt = REFUSALS.includes(status) && retryAfter === null
    if (isBlunt || !EXPECTED.includes(status)) wrong.add(`${status} ${text}`)
  }
}

function freshTally(): Tally {
  return { statuses: new Map(), wrong: new Set(), broken: 0 }
}

function keyOf(n: number): string {
  return `load:${n % LOAD_KEYS}`
}
