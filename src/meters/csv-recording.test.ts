import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ColumnMapping, parseColumnMapping } from '../model/column-mapping.ts'
import { csvFields, csvRecording } from './csv-recording.ts'
import { AS_RECORDED, movedTimeline, type Recording } from './recording.ts'

const MINUTE = 'local_time,power_kw,voltage_v,current_a,kitchen_wh,laundry_wh,climate_wh'
const HOUR = 'local_time,power_kw,voltage_v,current_a,kitchen_wh,laundry_wh'

function open(header: string, mapping: ColumnMapping | null = null): Recording {
  const opened = csvRecording(header, mapping)
  assert.equal(opened.kind, 'recording', JSON.stringify(opened))
  return opened.kind === 'recording' ? opened.recording : assert.fail()
}
const read = (recording: Recording, line: string, timeline = AS_RECORDED) =>
  recording.recordsOf(line, timeline).map((record) => JSON.parse(record.value))

test('a minute of the house is four floors: three circuits and the whole', () => {
  const readings = read(open(MINUTE), '2006-12-16T17:24:00,4.2,240,18.4,0,1,17')
  const timestamp = '2006-12-16T17:24:00+01:00'
  assert.deepEqual(readings[0], {
    ...{ piano: 1, sensore1_kwh: 0, sensore2_kw: 0, sensore3_corrente: 0 },
    ...{ sensore3_tensione: 240, timestamp, delta_kwh: 0 },
  })
  assert.deepEqual(readings[2], {
    ...{ piano: 3, sensore1_kwh: 0.017, sensore2_kw: 1.02, sensore3_corrente: 4.25 },
    ...{ sensore3_tensione: 240, timestamp, delta_kwh: 0.017 },
  })
  assert.deepEqual(readings[3], {
    ...{ piano: 4, sensore1_kwh: 0.07, sensore2_kw: 4.2, sensore3_corrente: 18.4 },
    ...{ sensore3_tensione: 240, timestamp, delta_kwh: 0.07 },
  })
})

test('energy of a circuit is its power over the step of the file, minute or hour', () => {
  const power = (header: string, line: string) =>
    read(open(header), line).map((one) => [one.sensore2_kw, one.delta_kwh])
  assert.deepEqual(power(MINUTE, '2006-12-16T17:24:00,6,240,25,10,20,30'), [
    [0.6, 0.01],
    [1.2, 0.02],
    [1.8, 0.03],
    [6, 0.1],
  ])
  assert.deepEqual(power(HOUR, '2006-12-16T18:00:00,6,240,25,100,200'), [
    [0.1, 0.1],
    [0.2, 0.2],
    [6, 6],
  ])
})

test('a power below zero is sent as it stands and turns no counter back', () => {
  const recording = open(MINUTE)
  read(recording, '2006-12-16T17:24:00,6,240,25,0,0,0')
  const wrong = read(recording, '2006-12-16T17:25:00,-6,240,25,0,0,0')[3]
  assert.equal(wrong.sensore2_kw, -6)
  assert.equal('delta_kwh' in wrong || 'sensore1_kwh' in wrong, false)
  assert.equal(read(recording, '2006-12-16T17:26:00,6,240,25,0,0,0')[3].sensore1_kwh, 0.2)
})

test('without a voltage no current follows from power', () => {
  const [kitchen] = read(open(MINUTE), '2006-12-16T17:24:00,6,0,25,10,0,0')
  assert.equal('sensore3_corrente' in kitchen, false)
})

test('each floor is a key of its own', () => {
  const records = open(MINUTE).recordsOf('2006-12-16T17:24:00,4,240,18,0,1,17', AS_RECORDED)
  assert.deepEqual(
    records.map((record) => record.key),
    ['1', '2', '3', '4'],
  )
})

test('a row without values is sent without sensors, and the counter goes on behind it', () => {
  const recording = open(MINUTE)
  read(recording, '2006-12-21T11:22:00,6,240,25,0,0,0')
  assert.deepEqual(read(recording, '2006-12-21T11:23:00,,,,,,')[3], {
    piano: 4,
    timestamp: '2006-12-21T11:23:00+01:00',
  })
  assert.equal(read(recording, '2006-12-21T11:25:00,6,240,25,0,0,0')[3].sensore1_kwh, 0.2)
})

test('an hour is two circuits and the whole house', () => {
  const readings = read(open(HOUR), '2006-12-16T18:00:00,3.6322,234.580,15.600,0,403')
  assert.deepEqual(
    readings.map((one) => [one.piano, one.sensore2_kw, one.sensore1_kwh]),
    [
      [1, 0, 0],
      [2, 0.403, 0.403],
      [4, 3.6322, 3.6322],
    ],
  )
})

test('what is not a number is sent as it stands, for the check to refuse', () => {
  const [, , , house] = read(open(MINUTE), '2006-12-16T17:24:00,many,240,x,0,1,17')
  assert.equal(house.sensore2_kw, 'many')
  assert.equal(house.sensore3_corrente, 'x')
  assert.equal('sensore1_kwh' in house, false)
})

test('compressed time carries as much less energy, so that power and energy still agree', () => {
  const timeline = movedTimeline((timeMs) => timeMs, 1 / 60)
  const [, , , house] = read(open(MINUTE), '2006-12-16T17:24:00,3.6,240,15,0,0,0', timeline)
  assert.equal(house.delta_kwh, 0.001)
  assert.equal(house.timestamp, '2006-12-16T16:24:00.000000Z')
})

test('moved times keep their microseconds', () => {
  const timeline = movedTimeline((timeMs) => timeMs + 0.25)
  const [kitchen] = read(open(MINUTE), '2006-12-16T17:24:00,3.6,240,15,0,0,0', timeline)
  assert.equal(kitchen.timestamp, '2006-12-16T16:24:00.000250Z')
})

test('a file of somebody else is read with his mapping', () => {
  const mapping = parseColumnMapping({
    time: { column: 'when', zone: 'Europe/Rome' },
    step_seconds: 900,
    floors: [
      {
        piano: 9,
        kw: { column: 'watts', scale: 0.001 },
        kwh: { column: 'meter' },
        corrente: { column: 'amps' },
      },
    ],
  })
  assert.deepEqual(
    read(open('id,when,watts,meter,amps', mapping), '"a,b",2026-07-01 12:00,2500,17,11'),
    [
      {
        ...{ piano: 9, sensore1_kwh: 17, sensore2_kw: 2.5, sensore3_corrente: 11 },
        ...{ timestamp: '2026-07-01 12:00+02:00', delta_kwh: 0.625 },
      },
    ],
  )
})

test('unknown columns and missing columns are met with a sentence', () => {
  assert.deepEqual(csvRecording('time,watts', null), {
    kind: 'problem',
    problem: 'The columns time, watts are not known; give a mapping.',
  })
  const mapping = parseColumnMapping({
    time: { column: 'when' },
    step_seconds: 60,
    floors: [{ piano: 1, kw: { column: 'kw' } }],
  })
  assert.deepEqual(csvRecording('time,watts', mapping), {
    kind: 'problem',
    problem: 'The file has no column when, kw; it has time, watts.',
  })
})

test('fields in quotes may hold commas and quotes, and fields may be empty', () => {
  assert.deepEqual(csvFields('a, b ,,d'), ['a', 'b', '', 'd'])
  assert.deepEqual(csvFields(',"b, ""c""",'), ['', 'b, "c"', ''])
  assert.deepEqual(csvFields('"",x'), ['', 'x'])
  assert.deepEqual(csvFields('a,"open,b'), ['a', '"open,b'])
})
