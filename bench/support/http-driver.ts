/**
 * Our own store as its clients see it: HTTP with connections kept alive, one for each client and
 * one request at a time on each.
 */
import { must } from '../../src/model/must.ts'
import { type HttpAnswer, requestText, takeAnswer } from './http-messages.ts'
import { Line, type Protocol } from './line.ts'
import { type Driver, type Shot, type Turn, WELL, wrong } from './store-driver.ts'
import { conditionalKeyAt, documentAt, keyAt } from './store-keys.ts'
import type { Operation } from './store-order.ts'

type HttpLine = Line<HttpAnswer>
type Act = (line: HttpLine, turn: Turn) => Promise<Shot>

const HTTP: Protocol<HttpAnswer> = {
  take: takeAnswer,
  lost: (reason) => ({ status: 0, text: reason, tag: undefined }),
}

export function httpDriver(urls: readonly string[]): Driver {
  const url = must(urls[0], 'the store has an address')
  const lines: HttpLine[] = []
  /** By key: what a conditional write saw last. */
  const tags = new Map<number, string>()
  const acts: Readonly<Record<Operation, Act>> = {
    get,
    put,
    batch,
    create: (line, turn) => writeIf(line, turn, tags, 'if-none-match: *'),
    async update(line, turn) {
      const tag = tags.get(indexOf(turn)) ?? (await readTag(line, turn))
      return tag === undefined ? wrong('no ETag') : writeIf(line, turn, tags, `if-match: ${tag}`)
    },
  }
  return {
    async prepare(operation, clients) {
      while (lines.length < clients) lines.push(new Line(url, HTTP))
      return (turn) => acts[operation](must(lines[turn.client]), turn)
    },
    async close() {
      for (const line of lines) line.close()
    },
  }
}

const indexOf = ({ keys }: Turn): number => keys[0] ?? 0
const pathOf = (key: string): string => `/key/${key}`
const bodyOf = (value: number): string => `{"value":${documentAt(value)}}`

async function get(line: HttpLine, turn: Turn): Promise<Shot> {
  return verdict(await line.ask(requestText('GET', pathOf(keyAt(indexOf(turn))))))
}

async function put(line: HttpLine, turn: Turn): Promise<Shot> {
  const path = pathOf(keyAt(indexOf(turn)))
  return verdict(await line.ask(requestText('PUT', path, bodyOf(turn.value))))
}

/** Each key has an outcome of its own, so each is counted. */
async function batch(line: HttpLine, { keys, value }: Turn): Promise<Shot> {
  const operations = keys.map(
    (index, n) => `{"op":"put","key":"${keyAt(index)}","value":${documentAt(value + n)}}`,
  )
  const body = `{"operations":[${operations.join(',')}]}`
  const answer = await line.ask(requestText('POST', '/batch', body))
  if (answer.status !== 200) return verdict(answer)
  const done = answer.text.split('"status":200').length - 1
  if (done === keys.length) return { done }
  const status = /"status":(?!200)(\d+)/.exec(answer.text)?.[1]
  return { done, wrong: `${status} in a batch` }
}

/** Remembers the new tag, and forgets one that did not fit. */
async function writeIf(
  line: HttpLine,
  turn: Turn,
  tags: Map<number, string>,
  condition: string,
): Promise<Shot> {
  const index = indexOf(turn)
  const path = pathOf(conditionalKeyAt(index))
  const request = requestText('PUT', path, bodyOf(turn.value), `${condition}\r\n`)
  const answer = await line.ask(request)
  if (answer.status === 200 && answer.tag !== undefined) tags.set(index, answer.tag)
  else tags.delete(index)
  return verdict(answer)
}

async function readTag(line: HttpLine, turn: Turn): Promise<string | undefined> {
  return (await line.ask(requestText('GET', pathOf(conditionalKeyAt(indexOf(turn)))))).tag
}

function verdict({ status, text }: HttpAnswer): Shot {
  return status === 200 ? WELL : wrong(status === 0 ? text : String(status))
}
