/**
 * Batches of readings through the watch: what is read again changes nothing, and no more series are
 * watched than the memory is meant for.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence } from '../../../test/support/evidence.ts'
import { OPTIONS, START_MS } from '../../../test/support/meter-series.ts'
import type { LogRecord, NewRecord } from '../../ports/log.ts'
import { RULE_VERSION } from '../watch/options.ts'
import type { OpenIncident } from './incident-machine.ts'
import { completeRecord, type SavedSeries, seriesRecords, takeSeries } from './series-log.ts'
import { type SeriesMemories, WATCHED_SERIES_MAX, watchBatch } from './watch-batch.ts'

const CONTEXT = { options: OPTIONS, decisions: [] }

function recordsOf(count: number, floorOf: (i: number) => number, from = 0): LogRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const timeMs = START_MS + (from + i) * 60_000
    const timestamp = new Date(timeMs).toISOString()
    const reading = { piano: floorOf(i), timestamp, sensore2_kw: 5 + (i % 4) }
    const place = { partition: 0, offset: from + i, key: '1', appendedMs: timeMs }
    return { ...place, value: JSON.stringify(reading) }
  })
}

test('records that come again, or are none, change nothing', () => {
  const records = recordsOf(20, () => 1)
  const first = watchBatch(new Map(), records, CONTEXT)
  const broken = { ...recordsOf(1, () => 1, 20)[0], value: 'not json' } as LogRecord
  const again = watchBatch(first.changed, [...records, broken], CONTEXT)
  assert.equal(first.changed.get('1/kw')?.offset, 19)
  assert.deepEqual(again, { changed: new Map(), changes: [], learned: [], readings: 20, beyond: 0 })
})

test('so many series are watched; readings of further ones are counted', () => {
  const floors = WATCHED_SERIES_MAX + 5
  const { changed, beyond } = watchBatch(
    new Map(),
    recordsOf(floors, (i) => i + 1),
    CONTEXT,
  )
  assert.deepEqual([changed.size, beyond], [WATCHED_SERIES_MAX, 5])
  const known = recordsOf(3, (i) => (i === 1 ? floors + 1 : 1), floors)
  const next = watchBatch(changed, known, CONTEXT)
  assert.deepEqual([[...next.changed.keys()], next.beyond], [['1/kw'], 1])
})

/** What is brought back of saved records. */
function broughtBack(records: readonly { key: string | null; value: string }[], generation = 'g') {
  const partitions = new Map<number, SavedSeries>()
  for (const { key, value } of records) {
    const record = { key, value, partition: 0, offset: 0, appendedMs: 0 }
    assert.ok(takeSeries(partitions, record, generation), String(key))
  }
  return partitions.get(2)
}

const PLACE = { partition: 2, generation: 'g' }

test('states come back from the log as they were, the newest of each', () => {
  const { changed } = watchBatch(
    new Map(),
    recordsOf(20, () => 1),
    CONTEXT,
  )
  const older: SeriesMemories = new Map(
    [...changed].map(([key, { state }]) => [key, { offset: 3, state }]),
  )
  const records = [...seriesRecords(changed, PLACE), ...seriesRecords(older, PLACE)]
  const back = broughtBack([...records, completeRecord({ ...PLACE, offset: 19 })])
  assert.deepEqual(back, { series: changed, inherited: new Map(), completeTo: 19 })
})

test('of another topic the offsets mean nothing, of another rule the states do not either', () => {
  const { changed } = watchBatch(
    new Map(),
    recordsOf(20, () => 1),
    CONTEXT,
  )
  const records = [...seriesRecords(changed, PLACE), completeRecord({ ...PLACE, offset: 19 })]
  const renewed = broughtBack(records, 'another')
  assert.deepEqual([renewed?.series.get('1/kw')?.offset, renewed?.completeTo], [-1, -1])
  const other = records.map(({ key, value }) => {
    return { key, value: value.replace(`"${RULE_VERSION}"`, '"watch-0"') }
  })
  const inherited = new Map([['1/kw', []]])
  assert.deepEqual(broughtBack(other), { series: new Map(), inherited, completeTo: -1 })
  assert.equal(broughtBack([{ key: '2/1/kw', value: 'not json' }]), undefined)
})

test('what another rule had open is taken over until a state of this rule says that it was', () => {
  const { changed } = watchBatch(
    new Map(),
    recordsOf(20, () => 1),
    CONTEXT,
  )
  const evidence = anEvidence()
  const times = { startMs: START_MS, foundMs: START_MS }
  const incident: OpenIncident = { cause: 'higher', ...times, opening: evidence, peak: evidence }
  const former = seriesRecords(
    new Map(
      [...changed].map(([key, { offset, state }]) => {
        return [key, { offset, state: { ...state, open: [incident] } }]
      }),
    ),
    PLACE,
  ).map(({ key, value }) => {
    return { key, value: value.replace(`"${RULE_VERSION}"`, '"watch-0"') }
  })
  const [waiting, taken] = [true, false].map((is) => seriesRecords(changed, PLACE, () => is))
  const back = (...records: readonly (readonly NewRecord[] | undefined)[]) =>
    broughtBack(records.flatMap((some) => some ?? []))?.inherited.get('1/kw')
  const told = [{ incident, isOpen: true, changedMs: START_MS }]
  assert.deepEqual(back(former), told)
  assert.deepEqual(back(former, waiting), told)
  assert.deepEqual(back(waiting), [])
  const over = [back(former, taken), back(waiting, taken), back(taken, former)]
  assert.deepEqual(over, [undefined, undefined, undefined])
})
