/**
 * The proxy over real sockets: one server that sends everything back, behind a door, and callers
 * from two addresses.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../test/support/eventually.ts'
import { between, Links, oneWay } from './links.ts'
import { TcpProxy } from './proxy.ts'

const CALLERS: Readonly<Record<string, string>> = { '127.0.0.1': 'caller', '127.0.9.9': 'other' }
/** Long enough for what should not come to have come. */
const A_WHILE_MS = 100
const DELAY_MS = 150

async function echoBehindProxy(t: TestContext) {
  const links = new Links()
  const heard: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard.push(String(chunk))
      socket.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = new TcpProxy({
    ...{ name: 'echo', links },
    callerAt: (address) => CALLERS[address] ?? 'nobody',
  })
  await proxy.listen()
  proxy.targetPort = (server.address() as AddressInfo).port
  t.after(async () => {
    await proxy.close()
    server.close()
  })
  const call = (localAddress = '127.0.0.1') => {
    const socket = connect({
      port: Number(new URL(proxy.url).port),
      host: '127.0.0.1',
      localAddress,
    })
    t.after(() => socket.destroy())
    return callerOn(socket)
  }
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return { links, heard, proxy, call, hangUp }
}

function callerOn(socket: Socket) {
  const state = { text: '', isBroken: false, hasEnded: false }
  socket.on('data', (chunk) => (state.text += String(chunk)))
  socket.on('error', () => (state.isBroken = true))
  socket.on('close', () => (state.hasEnded = true))
  return {
    say: (text: string) => void socket.write(text),
    hears: (text: string) => eventually(`it hears ${text}`, () => state.text === text),
    ends: () => eventually('it ends', () => state.hasEnded),
    state,
  }
}

test('what is open passes, both ways', async (t) => {
  const { call } = await echoBehindProxy(t)
  const caller = call()
  caller.say('hello')
  await caller.hears('hello')
})

test('what is held back arrives once the link is open again', async (t) => {
  const { links, heard, call } = await echoBehindProxy(t)
  const cut = between(['caller'], ['echo'])
  const caller = call()
  caller.say('a')
  await caller.hears('a')
  links.set(cut, { state: 'held' })
  caller.say('b')
  await sleep(A_WHILE_MS)
  assert.deepEqual(heard, ['a'])
  links.mend(cut)
  await caller.hears('ab')
})

test('one direction can be cut alone: the request arrives, the answer does not', async (t) => {
  const { links, heard, call } = await echoBehindProxy(t)
  links.set(oneWay(['echo'], ['caller']), { state: 'held' })
  const caller = call()
  caller.say('a')
  await eventually('it arrives', () => heard.length === 1)
  await sleep(A_WHILE_MS)
  assert.equal(caller.state.text, '')
  links.mendAll()
  await caller.hears('a')
})

test('what is lost never arrives, and the connection breaks in the end', async (t) => {
  const { links, heard, call } = await echoBehindProxy(t)
  const cut = oneWay(['caller'], ['echo'])
  links.set(cut, { state: 'lost' })
  const caller = call()
  caller.say('a')
  await sleep(A_WHILE_MS)
  assert.equal(caller.state.hasEnded, false)
  links.mend(cut)
  await caller.ends()
  assert.deepEqual(heard, [])
})

test('a link that refuses resets connections, old ones and new ones', async (t) => {
  const { links, call } = await echoBehindProxy(t)
  const old = call()
  old.say('a')
  await old.hears('a')
  links.set(between(['caller'], ['echo']), { state: 'refused' })
  await old.ends()
  const fresh = call()
  await fresh.ends()
  assert.equal(fresh.state.isBroken, true)
})

test('a cut meets the caller that is meant, by the address it comes from', async (t) => {
  const { links, call } = await echoBehindProxy(t)
  links.set(between(['caller'], ['echo']), { state: 'held' })
  const [caller, other] = [call(), call('127.0.9.9')]
  caller.say('a')
  other.say('b')
  await other.hears('b')
  assert.equal(caller.state.text, '')
})

test('a slow link delays and keeps the order', async (t) => {
  const { links, call } = await echoBehindProxy(t)
  const caller = call()
  caller.say('a')
  await caller.hears('a')
  links.set(oneWay(['caller'], ['echo']), { delayMs: DELAY_MS })
  const startMs = performance.now()
  caller.say('b')
  caller.say('c')
  await caller.hears('abc')
  // A timer may be early by less than its resolution.
  assert.ok(performance.now() - startMs >= DELAY_MS - 1)
})

test('while nobody stands behind it callers are turned away, and later not', async (t) => {
  const { proxy, call } = await echoBehindProxy(t)
  const { targetPort } = proxy
  proxy.targetPort = null
  await call().ends()
  proxy.targetPort = targetPort
  const caller = call()
  caller.say('a')
  await caller.hears('a')
})

test('behind a held link nobody notices that the other side is gone', async (t) => {
  const { links, hangUp, call } = await echoBehindProxy(t)
  const caller = call()
  caller.say('a')
  await caller.hears('a')
  links.set(between(['caller'], ['echo']), { state: 'held' })
  hangUp()
  await sleep(A_WHILE_MS)
  assert.equal(caller.state.hasEnded, false)
  links.mendAll()
  await caller.ends()
})
