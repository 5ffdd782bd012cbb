/**
 * etcd over gRPC, its own interface. Requests go to the member that leads, over a few connections
 * with many streams each: the arrangement in which etcd does best. Retries and deadlines of the
 * client library are left out, since they are nearly half of what a call costs it, and what it
 * uses of the cores is missing to the servers.
 */
import { Client, credentials } from '@grpc/grpc-js'
import { must } from '../../src/model/must.ts'
import {
  holdsKey,
  isLeader,
  PUT_PATH,
  putRequest,
  RANGE_PATH,
  rangeRequest,
  STATUS_PATH,
} from './etcd-messages.ts'
import { type Driver, type Shot, type Turn, WELL, wrong } from './store-driver.ts'
import { documentAt, keyAt } from './store-keys.ts'

const CONNECTIONS = 2
const raw = (bytes: Buffer): Buffer => bytes

export async function etcdDriver(urls: readonly string[]): Promise<Driver> {
  const leader = await leaderOf(urls)
  const clients = Array.from({ length: CONNECTIONS }, () => clientOf(leader))
  const via = (turn: Turn) => must(clients[turn.client % CONNECTIONS], 'there are connections')
  return {
    async prepare(operation) {
      if (operation === 'put') return (turn) => put(via(turn), turn)
      if (operation === 'get') return (turn) => get(via(turn), turn)
      throw new Error(`${operation} is not measured on etcd`)
    },
    async close() {
      for (const client of clients) client.close()
    },
  }
}

async function put(client: Client, { keys, value }: Turn): Promise<Shot> {
  const request = putRequest(keyAt(keys[0] ?? 0), documentAt(value))
  const answer = await call(client, PUT_PATH, request)
  return typeof answer === 'string' ? wrong(answer) : WELL
}

async function get(client: Client, { keys }: Turn): Promise<Shot> {
  const answer = await call(client, RANGE_PATH, rangeRequest(keyAt(keys[0] ?? 0)))
  if (typeof answer === 'string') return wrong(answer)
  return holdsKey(answer) ? WELL : wrong('absent')
}

/** A connection of its own: clients of one process would else share one. */
function clientOf(url: string): Client {
  return new Client(new URL(url).host, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  })
}

async function leaderOf(urls: readonly string[]): Promise<string> {
  for (const url of urls) {
    const client = clientOf(url)
    const status = await call(client, STATUS_PATH, Buffer.alloc(0))
    client.close()
    if (typeof status !== 'string' && isLeader(status)) return url
  }
  throw new Error('No member of etcd leads.')
}

/** A text says what went wrong. */
function call(client: Client, path: string, request: Buffer): Promise<Buffer | string> {
  const { promise, resolve } = Promise.withResolvers<Buffer | string>()
  client.makeUnaryRequest(path, raw, raw, request, (error, answer) => {
    resolve(error ? error.details : (answer ?? Buffer.alloc(0)))
  })
  return promise
}
