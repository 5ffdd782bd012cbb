/**
 * Meters in a process of their own: so many readings into the log, as fast as it takes them or so
 * many in a second. Prints one line of JSON when the log has acknowledged all.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import type { Log } from '../../src/ports/log.ts'
import { openDescribed } from '../../test/support/log-description.ts'
import type { Produced, ProducerOrder } from '../support/producer.ts'
import { benchReading } from '../support/readings.ts'

const APPEND_MAX = 1_000
/** With a pace, what is due is sent so often. */
const TICK_MS = 20

async function produce(log: Log, order: ProducerOrder): Promise<Produced> {
  const startMs = performance.now()
  const { first, count, floors, perSecond } = order
  let [next, errors] = [first, 0]
  while (next < first + count) {
    const dueCount = perSecond === null ? count : dueAfter(performance.now() - startMs, perSecond)
    const end = Math.min(first + Math.min(count, dueCount), next + APPEND_MAX)
    const records = Array.from({ length: end - next }, (_, n) => recordOf(next + n, floors))
    const isTaken = await log.append(READINGS_TOPIC, records).then(
      () => true,
      () => false,
    )
    if (isTaken) next = end
    else errors += 1
    if (perSecond !== null) await sleep(TICK_MS)
  }
  return { sent: count, errors, seconds: (performance.now() - startMs) / 1000 }
}

function recordOf(n: number, floors: number) {
  const { floor, text } = benchReading(n, floors)
  return { key: String(floor), value: text }
}

const dueAfter = (elapsedMs: number, perSecond: number): number =>
  Math.ceil((elapsedMs * perSecond) / 1000)

const order = JSON.parse(process.argv[2] ?? '{}') as ProducerOrder
const log = await openDescribed(order.log)
const produced = await produce(log, order)
await log.close()
process.stdout.write(`${JSON.stringify(produced)}\n`)
