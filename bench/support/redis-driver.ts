/**
 * Redis in its own protocol over plain sockets, one for each client and one command at a time on
 * each.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { must } from '../../src/model/must.ts'
import { commandText, type Reply, takeReply } from './redis-messages.ts'
import { type Driver, type Shot, type Turn, WELL, wrong } from './store-driver.ts'
import { documentAt, keyAt } from './store-keys.ts'

export function redisDriver(urls: readonly string[]): Driver {
  const { hostname, port } = new URL(must(urls[0], 'Redis has an address'))
  const connections: Connection[] = []
  return {
    async prepare(operation, clients) {
      if (operation !== 'put' && operation !== 'get') {
        throw new Error(`${operation} is not measured on Redis`)
      }
      while (connections.length < clients) {
        const socket = connect(Number(port), hostname).setNoDelay(true)
        await once(socket, 'connect')
        connections.push(new Connection(socket))
      }
      const act = operation === 'put' ? set : get
      return (turn) => act(must(connections[turn.client % clients]), turn)
    },
    async close() {
      for (const connection of connections) connection.close()
    },
  }
}

async function set(connection: Connection, { keys, value }: Turn): Promise<Shot> {
  const reply = await connection.ask('SET', keyAt(keys[0] ?? 0), documentAt(value))
  return reply.kind === 'text' ? WELL : wrong(reply.kind === 'error' ? reply.text : reply.kind)
}

async function get(connection: Connection, { keys }: Turn): Promise<Shot> {
  const reply = await connection.ask('GET', keyAt(keys[0] ?? 0))
  return reply.kind === 'text' ? WELL : wrong(reply.kind === 'error' ? reply.text : reply.kind)
}

/** One command under way at a time. */
class Connection {
  private readonly socket: Socket
  private unread = ''
  private settle: (reply: Reply) => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.take(text))
    socket.on('error', ({ message }) => this.settle({ kind: 'error', text: message }))
  }

  ask(...words: readonly string[]): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>()
    this.settle = resolve
    this.socket.write(commandText(words), 'latin1')
    return promise
  }

  close(): void {
    this.socket.destroy()
  }

  private take(text: string): void {
    this.unread += text
    const taken = takeReply(this.unread)
    if (!taken) return
    this.unread = this.unread.slice(taken.end)
    this.settle(taken.reply)
  }
}
