import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../test/support/manual-clock.ts'
import { eventLines, type StreamClient } from './event-streams.ts'
import { GATHER_MS, GatheredReadings } from './gathered-readings.ts'

/** A client that reads as much at a time as a test says. */
function slowClient() {
  const written: string[] = []
  let room = 0
  let drained = () => {}
  const client = {
    get isBehind() {
      return room <= 0
    },
    onDrained(listener: () => void) {
      drained = listener
    },
    write(text: string) {
      room -= 1
      written.push(text)
    },
  }
  const clock = manualClock()
  const gathered = new GatheredReadings(client as unknown as StreamClient, clock)
  const show = (floor: number, text: string) => gathered.take({ floor, timeMs: 0, text })
  const read = (pieces: number) => {
    room = pieces
    drained()
    return written.splice(0)
  }
  return { clock, gathered, show, read, written }
}

const lines = (text: string) => eventLines('reading', text)

test('of what a slow client has not read the newest of each floor is kept', async () => {
  const { clock, show, read, written } = slowClient()
  for (const text of ['1a', '2a', '1b']) show(Number(text[0]), text)
  await clock.advance(GATHER_MS)
  assert.deepEqual(written, [])
  assert.deepEqual(read(9), [lines('1b'), lines('2a')])
  assert.deepEqual(read(9), [], 'and told once')
})

test('no more is written than it reads, and what comes meanwhile waits behind', async () => {
  const { clock, show, read } = slowClient()
  for (const floor of [1, 2, 3]) show(floor, `${floor}a`)
  await clock.advance(GATHER_MS)
  assert.deepEqual(read(1), [lines('1a')])
  show(1, '1b')
  show(2, '2b')
  await clock.advance(GATHER_MS)
  assert.deepEqual(read(1), [lines('2b')])
  assert.deepEqual(read(9), [lines('3a'), lines('1b')])
})

test('whoever has gone is told nothing', async () => {
  const { clock, gathered, show, read, written } = slowClient()
  read(9)
  show(1, '1a')
  gathered.end()
  await clock.advance(GATHER_MS)
  assert.deepEqual(written, [])
})
