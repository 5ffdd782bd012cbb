/**
 * Redis in its own protocol over plain sockets, one for each client and one command at a time on
 * each.
 */
import { must } from '../../src/model/must.ts'
import { Line, type Protocol } from './line.ts'
import { commandText, type Reply, takeReply } from './redis-messages.ts'
import { type Driver, type Shot, type Turn, WELL, wrong } from './store-driver.ts'
import { documentAt, keyAt } from './store-keys.ts'

const REDIS: Protocol<Reply> = {
  take: takeReply,
  lost: (reason) => ({ kind: 'error', text: reason }),
}

export function redisDriver(urls: readonly string[]): Driver {
  const url = must(urls[0], 'Redis has an address')
  const lines: Line<Reply>[] = []
  return {
    async prepare(operation, clients) {
      if (operation !== 'put' && operation !== 'get') {
        throw new Error(`${operation} is not measured on Redis`)
      }
      while (lines.length < clients) lines.push(new Line(url, REDIS))
      const words = operation === 'put' ? setWords : getWords
      return async (turn) => verdict(await must(lines[turn.client]).ask(commandText(words(turn))))
    },
    async close() {
      for (const line of lines) line.close()
    },
  }
}

const setWords = ({ keys, value }: Turn) => ['SET', keyAt(keys[0] ?? 0), documentAt(value)]
const getWords = ({ keys }: Turn) => ['GET', keyAt(keys[0] ?? 0)]

function verdict(reply: Reply): Shot {
  if (reply.kind === 'text') return WELL
  return wrong(reply.kind === 'error' ? reply.text : reply.kind)
}
