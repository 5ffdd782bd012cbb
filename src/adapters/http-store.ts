/**
 * The store of a coordinator in another process, by its routes `/batch`, `/scan` and
 * `/sharding/info`. Documents travel as text, so they arrive as they were sent, byte for byte.
 *
 * What the wire does is told in the store's own words: a request that was not delivered is a write
 * that has failed, one without an answer is a write of which nobody knows.
 */
import { checkBatch, checkScan, checkWrite } from '../store/admission.ts'
import {
  BATCH_BODY_BYTES_MAX,
  type ReadOutcome,
  type ScanOutcome,
  type ScanQuery,
  type Store,
  type StoreStatus,
  type StoreWrite,
  type WriteOutcome,
} from '../store/client.ts'
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpOutcome,
} from './http-client.ts'
import {
  pageOf,
  readFailure,
  readOutcomes,
  statusOf,
  writeFailure,
  writeOutcomes,
} from './http-store-answers.ts'

export interface HttpStore extends Store {
  close(): Promise<void>
}

/** A coordinator gives up a request after 2 s; one that waits for a changing ring lasts longer. */
export const ANSWER_MS_MAX = 15_000
/** A page may take several rounds over all shards. */
export const SCAN_MS_MAX = 60_000
export const STATUS_MS_MAX = 3_000
/** So many requests at once; the next one is told that the store is busy. */
export const REQUESTS_IN_FLIGHT_MAX = 256
/** Their bodies together; one more may be begun below it. */
export const REQUEST_BYTES_IN_FLIGHT_MAX = 64 * 1024 * 1024
const BUSY = { kind: 'busy', retryAfterMs: 200 } as const

export function createHttpStore(options: HttpClientOptions): HttpStore {
  return new RemoteStore(createHttpClient(options))
}

class RemoteStore implements HttpStore {
  private readonly client: HttpClient
  private inFlight = 0
  private bytesInFlight = 0

  constructor(client: HttpClient) {
    this.client = client
  }

  async write(writes: readonly StoreWrite[]): Promise<readonly WriteOutcome[]> {
    const tooMany = checkBatch(writes.length)
    if (tooMany) return writes.map(() => tooMany)
    const outcomes: (WriteOutcome | undefined)[] = writes.map((one) => checkWrite(one, 'public'))
    const wanted = [...writes.keys()].filter((index) => outcomes[index] === undefined)
    const sent = await this.writeBodies(wanted.map((index) => writeOperation(writes[index])))
    for (const [i, index] of wanted.entries()) outcomes[index] = sent[i]
    return outcomes.map((outcome) => outcome ?? UNSENT)
  }

  async read(keys: readonly string[]): Promise<readonly ReadOutcome[]> {
    if (keys.length === 0) return []
    const tooMany = checkBatch(keys.length)
    if (tooMany) return keys.map(() => tooMany)
    if (this.isFull) return keys.map(() => BUSY)
    const operations = keys.map((key) => JSON.stringify({ op: 'get', key, as: 'text' }))
    const answer = await this.post(operations)
    if (answer.kind === 'too-large' && keys.length > 1) {
      const middle = Math.ceil(keys.length / 2)
      return [...(await this.read(keys.slice(0, middle))), ...(await this.read(keys.slice(middle)))]
    }
    return readOutcomes(answer, keys.length) ?? keys.map(() => readFailure(answer))
  }

  async scan(query: ScanQuery): Promise<ScanOutcome> {
    const wrong = checkScan(query)
    if (wrong) return wrong
    if (this.isFull) return BUSY
    const path = `/scan?${scanParameters(query)}`
    const answer = await this.ask({ method: 'GET', path, timeoutMs: SCAN_MS_MAX })
    if (answer.kind === 'too-large' && query.limit > 1) {
      return this.scan({ ...query, limit: Math.ceil(query.limit / 2) })
    }
    return pageOf(answer) ?? readFailure(answer)
  }

  async status(): Promise<StoreStatus> {
    const request = { method: 'GET', path: '/sharding/info', timeoutMs: STATUS_MS_MAX } as const
    return statusOf(await this.client.ask(request)) ?? { reachable: false, shards: 0 }
  }

  close(): Promise<void> {
    return this.client.close()
  }

  /**
   * One body after another, so that writes of one key stay in order. After one that was not
   * answered the rest is not sent.
   */
  private async writeBodies(operations: readonly string[]): Promise<readonly WriteOutcome[]> {
    const outcomes: WriteOutcome[] = []
    let isReached = true
    for (const some of bodiesOf(operations)) {
      if (!isReached || this.isFull) {
        outcomes.push(...some.map(() => (isReached ? BUSY : UNSENT)))
        continue
      }
      const answer = await this.post(some)
      isReached = answer.kind !== 'refused' && answer.kind !== 'silence'
      outcomes.push(...(writeOutcomes(answer, some.length) ?? some.map(() => writeFailure(answer))))
    }
    return outcomes
  }

  private get isFull(): boolean {
    return (
      this.inFlight >= REQUESTS_IN_FLIGHT_MAX || this.bytesInFlight >= REQUEST_BYTES_IN_FLIGHT_MAX
    )
  }

  private post(operations: readonly string[]): Promise<HttpOutcome> {
    const body = `${BODY_HEAD}${operations.join(',')}${BODY_TAIL}`
    return this.ask({ method: 'POST', path: '/batch', body, timeoutMs: ANSWER_MS_MAX })
  }

  private async ask(request: Parameters<HttpClient['ask']>[0]): Promise<HttpOutcome> {
    const bytes = request.body?.length ?? 0
    this.inFlight += 1
    this.bytesInFlight += bytes
    try {
      return await this.client.ask(request)
    } finally {
      this.inFlight -= 1
      this.bytesInFlight -= bytes
    }
  }
}

const BODY_HEAD = '{"operations":['
const BODY_TAIL = ']}'
const UNSENT: WriteOutcome = {
  kind: 'failed',
  reason: 'Not sent, because the coordinator did not answer a request before it.',
}

function writeOperation(write: StoreWrite | undefined): string {
  const { key, text, order, ttlSeconds: ttl, ...named } = write ?? { key: '', text: null }
  const conditions = {
    if_match: named.ifMatch,
    if_none_match: named.ifNoneMatch,
    idempotency_key: named.requestId,
  }
  return JSON.stringify(
    text === null
      ? { op: 'delete', key, order, ...conditions }
      : { op: 'put', key, text, order, ttl, ...conditions },
  )
}

/** Operations in order, in as few bodies as their size allows. */
function bodiesOf(operations: readonly string[]): readonly (readonly string[])[] {
  const bodies: string[][] = []
  let roomBytes = 0
  for (const operation of operations) {
    const bytes = Buffer.byteLength(operation) + 1
    if (bytes > roomBytes) {
      bodies.push([])
      roomBytes = BATCH_BODY_BYTES_MAX - BODY_HEAD.length - BODY_TAIL.length
    }
    bodies.at(-1)?.push(operation)
    roomBytes -= bytes
  }
  return bodies
}

function scanParameters({ prefix, from, to, limit, reverse = false }: ScanQuery): string {
  const given = { prefix, from, to, limit: String(limit), reverse: String(reverse), as: 'text' }
  const present = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return new URLSearchParams(present).toString()
}
