/**
 * Recorded consumption from `replay` through a real Kafka broker into the store and onto the
 * stream, every stage a process of its own, counted key by key, while broker, detector, ingestion,
 * coordinator and one shard are each killed once on the way. `npm run real-input` does the same
 * with a month of one household.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type KafkaBroker, startKafkaBroker } from '../support/kafka-broker.ts'
import { temporaryFolder } from '../support/process.ts'
import { countTable, isRight } from '../support/real-input/house-count.ts'
import { type RealInputResult, runRealInput, VICTIMS } from '../support/real-input/run.ts'
import { skipOwnBroker } from '../support/shared-kafka.ts'

const skip = skipOwnBroker()
const ROWS = 400
/** Rows whose meter was silent. */
const EMPTY_ROWS = [57, 58, 203]
/** Rows of a minute each in a second: slow enough that all kills fall into the middle. */
const ROWS_PER_SECOND = 12

test('replayed readings are stored, refused or raised once, though all are killed', async (t) => {
  if (skip) return t.skip(skip)
  const broker = await startKafkaBroker()
  t.after(() => broker.stop())
  const { lines } = await replayed(broker)
  assert.ok(isRight(lines), countTable(lines))
  const sent = ROWS * 4
  const refused = EMPTY_ROWS.length * 4
  assert.deepEqual(
    lines.slice(0, 3).map(({ found }) => found),
    [sent, sent - refused, refused],
  )
})

function replayed(broker: KafkaBroker): Promise<RealInputResult> {
  const file = join(temporaryFolder('recorded'), 'house.csv')
  writeFileSync(file, recordedHouse())
  const speed = String(ROWS_PER_SECOND * 60)
  const own = { bootstrap: broker.bootstrap, own: broker }
  return runRealInput({ file, speed, broker: own, kills: VICTIMS, say: () => {} })
}

const HEADER = 'local_time,power_kw,voltage_v,current_a,kitchen_wh,laundry_wh,climate_wh'

/** A house like the recorded one, with a peak here and there. */
function recordedHouse(): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const time = new Date(Date.UTC(2007, 0, 6, 8, row)).toISOString().slice(0, 19)
    return `${time},${EMPTY_ROWS.includes(row) ? ',,,,,' : valuesOf(row).join(',')}`
  })
  return [HEADER, ...rows].join('\n')
}

function valuesOf(row: number): readonly (number | string)[] {
  const volts = (239 + 12 * Math.sin(row / 9)).toFixed(2)
  const kw = (3 + 4.5 * Math.abs(Math.sin(row / 31))).toFixed(3)
  const amperes = ((Number(kw) * 1000) / Number(volts)).toFixed(1)
  return [kw, volts, amperes, row % 40, (row * 7) % 41, row % 2 === 0 ? 17 : 18]
}
