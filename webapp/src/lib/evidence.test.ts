import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bandAlong, evidenceOf, toldAt, toldBands, wordsOf } from './evidence.ts'

const SLOT_SECONDS = 1_800
/** The begin of a half hour. */
const START = Math.floor(1_772_445_600 / SLOT_SECONDS) * SLOT_SECONDS
const told = { low: 3, high: 5, channel: 'season', comparable: 12, timeMs: START * 1000 }

test('the band, the rule and the number of moments are read as they are told', () => {
  assert.deepEqual(evidenceOf({ evidence: { ...told, expected: 4 } }), {
    band: { low: 3, high: 5 },
    silenceSeconds: undefined,
    ...{ channel: 'season', comparable: 12, timeMs: START * 1000 },
  })
  const nested = evidenceOf({ evidence: { expected: { low: 1, high: 2 } } })
  assert.deepEqual(nested?.band, { low: 1, high: 2 }, 'low and high of what was expected')
})

test('no evidence is none, and what makes no sense is left out', () => {
  for (const event of [undefined, null, {}, { evidence: null }, { evidence: 'much' }]) {
    assert.equal(evidenceOf(event), undefined)
  }
  for (const odd of [
    { low: 3 },
    { low: 5, high: 3 },
    { low: '3', high: 5 },
    { low: 3, high: Number.NaN },
  ])
    assert.equal(evidenceOf({ evidence: odd })?.band, undefined, JSON.stringify(odd))
  assert.equal(evidenceOf({ evidence: { channel: '', comparable: 'many' } })?.channel, undefined)
})

test('a silence lasts, and a meter that repeats itself has no width: neither has a band', () => {
  const silence = { channel: 'silence', value: 600, low: 0, high: 600, comparable: 40 }
  assert.partialDeepStrictEqual(evidenceOf({ evidence: silence }), {
    ...{ band: undefined, silenceSeconds: 600, comparable: 40 },
  })
  const stuck = { channel: 'stuck', value: 5, low: 5, high: 5 }
  assert.equal(evidenceOf({ evidence: stuck })?.band, undefined)
})

test('the detector’s own words are those of the language, or none', () => {
  const event = { descrizione: 'più del solito', descrizione_en: 'more than usual' }
  assert.equal(wordsOf(event, 'it'), 'più del solito')
  assert.equal(wordsOf(event, 'en'), 'more than usual')
  assert.equal(wordsOf({ descrizione: 'più del solito' }, 'en'), undefined)
  assert.equal(wordsOf(undefined, 'it'), undefined)
})

test('of several alarms, each half hour has the band that was told of it last', () => {
  const event = (offset: number, low: number, metrica = 'kw') => ({
    metrica,
    evidence: { low, high: low + 1, timeMs: (START + offset) * 1000 },
  })
  const documents = [
    { eventi: [event(60, 4), event(0, 9, 'corrente')] },
    { eventi: [event(SLOT_SECONDS, 6)] },
    { eventi: [event(0, 3)] },
    ...[undefined, {}, { eventi: 'none' }, { eventi: [{ metrica: 'kw' }] }],
  ]
  const bands = toldBands(documents, 'kw')
  assert.equal(bands.size, 2)
  assert.deepEqual(toldAt(bands, START + 5), { low: 4, high: 5 })
  assert.deepEqual(toldAt(bands, START + SLOT_SECONDS), { low: 6, high: 7 })
  assert.equal(toldAt(bands, START - 1), undefined)
})

test('the band stands over the half hour that was judged, and over no other', () => {
  const evidence = evidenceOf({ evidence: told })
  assert.ok(evidence)
  const times = [START - 1, START, START + SLOT_SECONDS - 1, START + SLOT_SECONDS]
  assert.deepEqual(bandAlong(evidence, START, times), {
    low: [null, 3, 3, null],
    high: [null, 5, 5, null],
  })
  const untimed = { ...evidence, timeMs: undefined }
  assert.deepEqual(bandAlong(untimed, START + 5, times)?.low, [null, 3, 3, null])
  assert.equal(bandAlong({ ...evidence, band: undefined }, START, times), undefined)
})
