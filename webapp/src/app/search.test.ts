import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptSearch, linkSearch, parseSearch, spanOf, stepFor, typedSpan } from './search.ts'

test('what a link says is taken where it is right, and left out where it is not', () => {
  const right = { metric: 'kw', samples: 5, range: '6h', lang: 'it', theme: 'dark', paused: true }
  assert.deepEqual(parseSearch(right), right)
  const wrong = { metric: 'watts', samples: 4, range: '9y', lang: 'de', theme: 'pink', page: -1 }
  assert.deepEqual(parseSearch(wrong), {})
})

test('from and to count only together and in order', () => {
  assert.deepEqual(parseSearch({ from: 10, to: 20 }), { from: 10, to: 20 })
  assert.deepEqual(parseSearch({ from: 20, to: 10 }), {})
  assert.deepEqual(parseSearch({ from: 20 }), {})
})

test('a floor may be looked for by its number, which a URL gives as a number', () => {
  assert.deepEqual(parseSearch({ find: 12 }), { find: '12' })
})

test('to the next page goes what belongs to all pages', () => {
  assert.deepEqual(keptSearch({ range: '6h', lang: 'it', find: '1', page: 3, alert: 'x' }), {
    range: '6h',
    lang: 'it',
  })
})

test('a live span ends at the next round moment; a chosen one stands', () => {
  const nowMs = 1_000_007_000
  assert.deepEqual(spanOf({ range: '15m' }, nowMs, 30), {
    fromSeconds: 1_000_020 - 900,
    toSeconds: 1_000_020,
    isLive: true,
  })
  assert.deepEqual(spanOf({ from: 5, to: 9 }, nowMs, 30), {
    fromSeconds: 5,
    toSeconds: 9,
    isLive: false,
  })
})

test('no span has more points than a chart can show', () => {
  for (const seconds of [60, 900, 3_600, 86_400, 604_800, 31_536_000]) {
    const step = stepFor({ fromSeconds: 0, toSeconds: seconds })
    assert.ok(seconds / step <= 365, `${seconds} s in steps of ${step} s`)
  }
})

test('a link to an alert takes no filter along that may hide it', () => {
  const here = {
    ...({ lang: 'it', range: '6h', metric: 'tensione' } as const),
    ...({ alertMetric: 'kw', severity: 'high', floor: 3, show: 'unread', page: 4 } as const),
  }
  assert.deepEqual(parseSearch(here), here)
  assert.deepEqual(linkSearch(here, { alert: 'x' }), {
    ...{ lang: 'it', range: '6h', metric: 'tensione', alert: 'x' },
  })
})

test('a stretch that is typed ends after it begins, or is none', () => {
  const [morning, noon] = ['2026-11-26T08:00', '2026-11-26T12:00']
  const span = typedSpan(morning, noon)
  assert.equal((span?.to ?? 0) - (span?.from ?? 0), 4 * 3_600)
  for (const [from, to] of [
    [noon, morning],
    [noon, noon],
    ['', noon],
    [morning, 'soon'],
  ] as const) {
    assert.equal(typedSpan(from, to), undefined)
  }
})
