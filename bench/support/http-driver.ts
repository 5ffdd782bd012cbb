/**
 * Our own store as its clients see it: HTTP with connections kept alive, one request at a time on
 * each.
 */
import { type Dispatcher, Pool } from 'undici'
import { must } from '../../src/model/must.ts'
import { type Driver, type Shot, type Turn, WELL, wrong } from './store-driver.ts'
import { conditionalKeyAt, documentAt, keyAt } from './store-keys.ts'
import type { Operation } from './store-order.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }

export function httpDriver(urls: readonly string[]): Driver {
  const origin = must(urls[0], 'the store has an address')
  const pools = new Map<number, Pool>()
  const tags = new Map<number, string>()
  return {
    async prepare(operation, clients) {
      const pool =
        pools.get(clients) ??
        new Pool(origin, { connections: clients, pipelining: 1, headersTimeout: 30_000 })
      pools.set(clients, pool)
      return shotOf(operation, pool, tags)
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

function shotOf(
  operation: Operation,
  pool: Pool,
  tags: Map<number, string>,
): (turn: Turn) => Promise<Shot> {
  if (operation === 'get') return (turn) => get(pool, keyAt(indexOf(turn)))
  if (operation === 'put') {
    return (turn) => put(pool, keyAt(indexOf(turn)), turn.value)
  }
  if (operation === 'batch') return (turn) => batch(pool, turn)
  if (operation === 'create') return (turn) => conditionally(pool, turn, tags, null)
  return async (turn) => {
    const tag = tags.get(indexOf(turn)) ?? (await readTag(pool, indexOf(turn)))
    return tag === undefined ? wrong('no ETag') : conditionally(pool, turn, tags, tag)
  }
}

const indexOf = ({ keys }: Turn): number => keys[0] ?? 0

async function get(pool: Pool, key: string): Promise<Shot> {
  return verdict(await ask(pool, { method: 'GET', path: pathOf(key) }))
}

async function put(pool: Pool, key: string, value: number): Promise<Shot> {
  const body = bodyOf(value)
  return verdict(await ask(pool, { method: 'PUT', path: pathOf(key), headers: JSON_HEADERS, body }))
}

/** Each key has an outcome of its own, so each is counted. */
async function batch(pool: Pool, { keys, value }: Turn): Promise<Shot> {
  const operations = keys.map(
    (index, n) => `{"op":"put","key":"${keyAt(index)}","value":${documentAt(value + n)}}`,
  )
  const body = `{"operations":[${operations.join(',')}]}`
  const answer = await ask(pool, { method: 'POST', path: '/batch', headers: JSON_HEADERS, body })
  if (answer.status !== 200) return verdict(answer)
  const done = answer.text.split('"status":200').length - 1
  if (done === keys.length) return { done }
  const status = /"status":(?!200)(\d+)/.exec(answer.text)?.[1]
  return { done, wrong: `${status} in a batch` }
}

/** Null: only if the key is absent. Remembers the new tag, and forgets one that did not fit. */
async function conditionally(
  pool: Pool,
  turn: Turn,
  tags: Map<number, string>,
  tag: string | null,
): Promise<Shot> {
  const index = indexOf(turn)
  const condition: Record<string, string> =
    tag === null ? { 'if-none-match': '*' } : { 'if-match': tag }
  const answer = await ask(pool, {
    method: 'PUT',
    path: pathOf(conditionalKeyAt(index)),
    headers: { ...JSON_HEADERS, ...condition },
    body: bodyOf(turn.value),
  })
  if (answer.status === 200 && answer.tag !== undefined) tags.set(index, answer.tag)
  else tags.delete(index)
  return verdict(answer)
}

async function readTag(pool: Pool, index: number): Promise<string | undefined> {
  return (await ask(pool, { method: 'GET', path: pathOf(conditionalKeyAt(index)) })).tag
}

const pathOf = (key: string): string => `/key/${key}`
const bodyOf = (value: number): string => `{"value":${documentAt(value)}}`

function verdict({ status, text }: HttpAnswer): Shot {
  return status === 200 ? WELL : wrong(status === 0 ? text : String(status))
}

interface HttpAnswer {
  /** 0 when there was none; `text` says why then. */
  readonly status: number
  readonly text: string
  readonly tag: string | undefined
}

function ask(
  pool: Pool,
  request: { method: 'GET' | 'PUT' | 'POST'; path: string; body?: string; headers?: object },
): Promise<HttpAnswer> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>()
  pool.dispatch(request as Dispatcher.DispatchOptions, new Exchange(resolve))
  return promise
}

/** One request and what comes of it, without the streams that `request` would make for it. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly settle: (answer: HttpAnswer) => void
  private status = 0
  private tag: string | undefined
  private text = ''

  constructor(settle: (answer: HttpAnswer) => void) {
    this.settle = settle
  }

  onRequestStart(): void {}

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status
    const { etag } = headers
    if (typeof etag === 'string') this.tag = etag
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.text += chunk.toString('latin1')
  }

  onResponseEnd(): void {
    this.settle({ status: this.status, text: this.text, tag: this.tag })
  }

  onResponseError(_: Dispatcher.DispatchController, { message }: Error): void {
    this.settle({ status: 0, text: message, tag: undefined })
  }
}
