import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import { Line, type Protocol } from './line.ts'

/** Words that end with a full stop. */
const WORDS: Protocol<string> = {
  take(text) {
    const end = text.indexOf('.') + 1
    return end > 0 ? { reply: text.slice(0, end - 1), end } : undefined
  },
  lost: () => 'LOST',
}

test('a reply comes together from its pieces, and a lost connection is made anew', async () => {
  let count = 0
  const server = createServer((socket) => {
    count += 1
    socket.on('data', (bytes) => {
      if (String(bytes) === 'hang up') socket.destroy()
      else socket.write('he', () => socket.write('llo.'))
    })
  })
  after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line = new Line(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, WORDS)
  assert.equal(await line.ask('say'), 'hello')
  assert.equal(await line.ask('say'), 'hello')
  assert.equal(count, 1)
  assert.equal(await line.ask('hang up'), 'LOST')
  assert.equal(await line.ask('say'), 'hello')
  assert.equal(count, 2)
  line.close()
})

test('where nobody listens the answer says so', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const line = new Line(`http://127.0.0.1:${port}`, { ...WORDS, lost: (reason) => reason })
  assert.match(await line.ask('say'), /ECONNREFUSED/)
})
