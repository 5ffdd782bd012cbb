import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  columnsOf,
  HOUSEHOLD_HOUR,
  HOUSEHOLD_MINUTE,
  parseColumnMapping,
  recognisedMapping,
} from './column-mapping.ts'

const MINUTE_HEADER = [
  ...['local_time', 'power_kw', 'voltage_v', 'current_a'],
  ...['kitchen_wh', 'laundry_wh', 'climate_wh'],
]

test('the two household files are told apart by their header', () => {
  assert.equal(recognisedMapping(MINUTE_HEADER), HOUSEHOLD_MINUTE)
  assert.equal(recognisedMapping(MINUTE_HEADER.slice(0, -1)), HOUSEHOLD_HOUR)
  assert.equal(recognisedMapping(['time', 'watts']), undefined)
})

test('a mapping written by hand is read, with its defaults', () => {
  const mapping = parseColumnMapping({
    time: { column: 'when' },
    step_seconds: 900,
    floors: [{ piano: 7, kw: { column: 'watts', scale: 0.001 } }],
  })
  assert.equal(mapping.time.zone, 'UTC')
  assert.deepEqual(columnsOf(mapping), ['when', 'watts'])
})

test('the mappings that we ship pass their own check', () => {
  assert.deepEqual(parseColumnMapping(HOUSEHOLD_MINUTE), HOUSEHOLD_MINUTE)
  assert.deepEqual(parseColumnMapping(HOUSEHOLD_HOUR), HOUSEHOLD_HOUR)
})

test('a wrong mapping says which field is wrong', () => {
  const floor = { piano: 1, kw: { column: 'kw' } }
  const problemOf = (document: unknown) => {
    try {
      parseColumnMapping(document)
      return ''
    } catch (error) {
      return error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    }
  }
  const good = { time: { column: 't' }, step_seconds: 60, floors: [floor] }
  assert.equal(problemOf(good), '')
  assert.match(problemOf({ ...good, time: { column: 't', zone: 'Mars/Base' } }), /IANA zone/)
  assert.match(problemOf({ ...good, floors: [{ ...floor, piano: 0 }] }), /piano/)
  assert.match(problemOf({ ...good, floors: [{ ...floor, amps: 'x' }] }), /amps/)
  assert.match(problemOf({ ...good, floors: [{ piano: 1, kwh: 'running-sum' }] }), /needs kw/)
  assert.match(
    problemOf({ ...good, floors: [{ ...floor, corrente: 'from-power' }] }),
    /needs kw and tensione/,
  )
})
