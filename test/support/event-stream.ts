/**
 * A client of `GET /anomalies/stream` that keeps what it hears, as bytes and as events.
 */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { parseEvents, type ServerEvent } from '../../src/app/server-events.ts'
import { eventually } from './eventually.ts'

export interface StreamListener {
  readonly response: IncomingMessage
  readonly events: readonly ServerEvent[]
  /** Everything that came, comments too. */
  text(): string
  /** Data of the events of one name, parsed. */
  data(name: string): readonly Readonly<Record<string, unknown>>[]
  /** Waits for the n-th event of a name (1 = the first). */
  hears(name: string, count?: number): Promise<ServerEvent>
  /** True once the server has ended it or the connection is gone. */
  isOver(): boolean
  leave(): void
}

/** Connects and waits for the head of the answer. */
export async function listenTo(
  t: Pick<TestContext, 'after'>,
  url: string,
  options: { readonly path?: string; readonly headers?: Record<string, string> } = {},
): Promise<StreamListener> {
  const asked = request(`${url}${options.path ?? '/anomalies/stream'}`, {
    agent: false,
    headers: options.headers ?? {},
  })
  t.after(() => asked.destroy())
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return collect(asked, response)
}

function collect(asked: ClientRequest, response: IncomingMessage): StreamListener {
  const events: ServerEvent[] = []
  const body = new PassThrough()
  let text = ''
  let isOver = false
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    body.write(chunk)
  })
  response.on('error', () => {})
  response.once('close', () => {
    isOver = true
    body.end()
  })
  void keep(body, events)
  const named = (name: string) => events.filter((event) => event.name === name)
  return {
    response,
    events,
    text: () => text,
    data: (name) => named(name).map(({ data }) => JSON.parse(data)),
    hears: (name, count = 1) =>
      eventually(`event ${count} of ${name}`, () => named(name)[count - 1]),
    isOver: () => isOver,
    leave: () => asked.destroy(),
  }
}

async function keep(body: PassThrough, events: ServerEvent[]): Promise<void> {
  for await (const event of parseEvents(body)) events.push(event)
}
