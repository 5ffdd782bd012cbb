import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AskError, failureOf } from '../api/http.ts'
import type { Notification, Reading, ReadingPoint, Severity } from '../api/types.ts'
import {
  activeAlerts,
  kindOf,
  STORIES_MAX,
  selectAlerts,
  spansOf,
  storiesOf,
  unreadIds,
} from './alerts.ts'
import { BAND_STEP_SECONDS, bandOf, sumOfUsual, usualAt } from './band.ts'
import { daysWithin } from './budget.ts'
import { csvOf } from './csv.ts'
import { FLOORS_PER_PAGE, pageOfFloors } from './floors.ts'
import { formatAge, formatNumber } from './format.ts'
import { isOver, judge, shownLimit } from './metrics.ts'
import { panelStateOf } from './panel-state.ts'
import { FACTORY_SET } from './thresholds-draft.ts'
import { joined, SINGLE_TOASTS_MAX, toastsOf } from './toasts.ts'
import { alarmedOf } from './verdict.ts'

function alertOf(id: string, seconds: number, severity: Severity = 'warning'): Notification {
  const limits = { value: 12, threshold: 11, threshold_base: 11 }
  const times = { timestamp: seconds, timestamp_ms: seconds * 1000 }
  return { id, ...times, floor: 1, metric: 'kw', ...limits, severity, message: '' }
}
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

test('few alerts are toasts of their own, many are one, and what was missed is counted', () => {
  const few = Array.from({ length: SINGLE_TOASTS_MAX }, (_, n) => alertOf(`a${n}`, n))
  assert.deepEqual(ids(toastsOf(few, 0)), ids(few))
  const burst = Array.from({ length: 1_000 }, (_, n) =>
    alertOf(`b${n}`, n, n === 7 ? 'critical' : 'info'),
  )
  assert.equal(toastsOf(burst, 0).length, 1)
  const [toast] = toastsOf([...burst, ...few], 1_000)
  assert.ok(toast?.kind === 'missed' && toast.count === 1_000 && toast.severity === 'critical')
})

test('toasts that wait become one with those that come, and none is left out of the count', () => {
  const few = toastsOf([alertOf('a', 1), alertOf('b', 2, 'critical')], 0)
  const many = toastsOf(
    [3, 4, 5].map((n) => alertOf(`c${n}`, n)),
    0,
  )
  assert.equal(joined([], few), few)
  assert.deepEqual(joined(few, []), [])
  const [one, ...others] = joined(few, many)
  assert.ok(one?.kind === 'many' && one.count === 5 && one.severity === 'critical')
  assert.deepEqual(others, [])
})

test('of what is unread, the newest not marked here are taken, as many as counted', () => {
  const list = ['a', 'b', 'c', 'd'].map((id, n) => alertOf(id, n))
  assert.deepEqual([...unreadIds(list, 2, new Set(['d']))], ['b', 'c'])
  assert.deepEqual([...unreadIds(list, 0, new Set())], [])
})

test('unread alerts come first, then by time; filters narrow them', () => {
  const list = [alertOf('a', 1), alertOf('b', 2, 'high'), alertOf('c', 3)]
  const all = { isUnreadOnly: false }
  assert.deepEqual(ids(selectAlerts(list, new Set(['a']), all)), ['a', 'c', 'b'])
  assert.deepEqual(ids(selectAlerts(list, new Set(), { ...all, severity: 'high' })), ['b'])
  assert.deepEqual(ids(selectAlerts(list, new Set(['c']), { isUnreadOnly: true })), ['c'])
})

test('active is the newest of each floor and metric, for a while, and never a mere note', () => {
  const list = [
    alertOf('old', 1),
    alertOf('a', 1_000),
    alertOf('b', 1_010),
    alertOf('i', 1_020, 'info'),
  ]
  assert.deepEqual(ids(activeAlerts(list, 1_030_000)), ['b'])
})

test('a story that is closed is active no more; a value over its threshold still is', () => {
  const opened = [alertOf('1:kw:pattern_outlier_kw:a', 1_000)]
  const closed = alertOf('1:kw:higher_closed_kw:a', 1_020, 'info')
  assert.equal(activeAlerts(opened, 1_030_000).length, 1)
  assert.deepEqual(activeAlerts([...opened, closed], 1_030_000), [])
  const over = [...opened, alertOf('1:kw:kw_over:b', 1_010), closed]
  assert.deepEqual(ids(activeAlerts(over, 1_030_000)), ['1:kw:kw_over:b'])
  const overBefore = [alertOf('1:kw:kw_over:b', 990), ...opened, closed]
  assert.deepEqual(ids(activeAlerts(overBefore, 1_030_000)), ['1:kw:kw_over:b'])
})

test('an alert more of what is alarmed already leaves all that is drawn of it as it was', () => {
  const two = alarmedOf([alertOf('a', 1), { ...alertOf('b', 2), floor: 2 }])
  assert.equal(alarmedOf([alertOf('c', 3), { ...alertOf('b', 2), floor: 2 }], two), two)
  const more = [alertOf('a', 1), { ...alertOf('d', 4), floor: 2, metric: 'corrente' as const }]
  const changed = alarmedOf(more, two)
  assert.equal(changed.get(1), two.get(1))
  assert.deepEqual([...(changed.get(2) ?? [])], ['corrente'])
  assert.deepEqual([...alarmedOf([alertOf('a', 1)], two).keys()], [1])
})

test('the kind of an alert is in its id', () => {
  assert.equal(kindOf({ id: '1:kw:kw_over:2026' }), 'over')
  assert.equal(kindOf({ id: '1:kw:pattern_outlier_kw:2026' }), 'pattern')
  assert.equal(kindOf({ id: '1:kw:meter_silent_kw:2026' }), 'silent')
  assert.equal(kindOf({ id: '1:kw:higher_worse_kw:2026' }), 'worse')
  assert.equal(kindOf({ id: 'x' }), 'other')
})

test('stories of a floor are those that rest on what was expected, and not too many', () => {
  const list = ['1:kw:kw_over:a', '1:kw:pattern_outlier_kw:b', '1:kw:higher_worse_kw:c']
  const all = list.map((id, at) => alertOf(id, 100 + at))
  const stretch = { fromSeconds: 100, toSeconds: 200 }
  const about = { floor: 1, metric: 'kw' } as const
  assert.deepEqual(ids(storiesOf(all, about, stretch)), list.slice(1))
  assert.deepEqual(ids(storiesOf(all, about, { ...stretch, fromSeconds: 102 })), list.slice(2))
  assert.deepEqual(storiesOf(all, { floor: 2, metric: 'kw' }, stretch), [])
  const many = Array.from({ length: STORIES_MAX + 5 }, (_, n) =>
    alertOf(`1:kw:pattern_a:${n}`, 150),
  )
  assert.equal(storiesOf(many, about, stretch).length, STORIES_MAX)
})

test('alerts that follow each other closely are one span, as bad as the worst of them', () => {
  const spans = spansOf([alertOf('a', 100), alertOf('b', 130, 'critical'), alertOf('c', 500)])
  assert.deepEqual(spans, [
    { fromSeconds: 100, toSeconds: 130, severity: 'critical' },
    { fromSeconds: 500, toSeconds: 500, severity: 'warning' },
  ])
})

test('what is usual takes three days; floors add up, one unknown floor leaves all unknown', () => {
  const day = (n: number, mean: number): ReadingPoint => {
    const t = n * 86_400 + 4 * BAND_STEP_SECONDS
    return { t, min: mean, mean, max: mean, count: 1 }
  }
  assert.equal(bandOf([day(0, 5), day(1, 6)]).size, 0)
  const usual = usualAt(bandOf([day(0, 5), day(1, 6), day(2, 7)]), 4 * BAND_STEP_SECONDS + 60)
  assert.deepEqual(usual, { low: 4, mean: 6, high: 8 })
  assert.equal(sumOfUsual([usual, usual])?.mean, 12)
  assert.equal(sumOfUsual([usual, undefined]), undefined)
})

test('energy is held against its limit at the pace of 30 s, as the detector does', () => {
  assert.equal(isOver('kw', 11, FACTORY_SET), false)
  assert.equal(isOver('kw', 11.01, FACTORY_SET), true)
  assert.equal(isOver('delta_kwh', 0.01, FACTORY_SET, 2_000), true)
  assert.equal(isOver('delta_kwh', 0.1, FACTORY_SET, 60_000), false)
  assert.equal(isOver('delta_kwh', 0.0801, FACTORY_SET, 32_000), true)
  assert.equal(shownLimit(FACTORY_SET, 'delta_kwh', 60_000), 0.16)
  assert.equal(shownLimit(FACTORY_SET, 'delta_kwh', 29_000), 0.08)
  const samples: Reading[] = [0, 2].map((second) => ({
    piano: 1,
    timestamp: `2026-01-01T00:00:0${second}Z`,
    delta_kwh: 0.02,
  }))
  assert.deepEqual(
    judge(samples, 'delta_kwh', FACTORY_SET).map((one) => one.isOver),
    [false, true],
  )
})

test('a hundred floors are pages; search and order come before paging', () => {
  const rows = Array.from({ length: 100 }, (_, at) => ({ floor: at + 1, kw: at, problems: at % 2 }))
  const first = pageOfFloors(rows, {})
  assert.equal(first.rows.length, FLOORS_PER_PAGE)
  assert.equal(first.pages, Math.ceil(100 / FLOORS_PER_PAGE))
  assert.equal(pageOfFloors(rows, { sort: 'power' }).rows[0]?.floor, 100)
  assert.equal(pageOfFloors(rows, { sort: 'problems' }).rows[0]?.floor, 2)
  assert.deepEqual(
    pageOfFloors(rows, { find: '9', page: 99 })
      .rows.map(({ floor }) => floor)
      .at(-1),
    99,
  )
})

test('a panel keeps what it has, blanks only when it has nothing, and says how old it is', () => {
  const error = new AskError(failureOf(503, 'no quorum'))
  const nothing = { hasData: false, isEmpty: false, error: undefined }
  const full = { ...nothing, hasData: true }
  assert.equal(panelStateOf(nothing).kind, 'loading')
  assert.equal(panelStateOf({ ...nothing, error }).kind, 'error')
  assert.equal(panelStateOf({ ...full, error }).kind, 'ready')
  assert.equal(panelStateOf({ ...full, isEmpty: true }).kind, 'empty')
  assert.equal(panelStateOf({ ...nothing, error: new AskError(failureOf(403, '')) }).kind, 'denied')
  assert.deepEqual(panelStateOf({ ...full, connection: 'offline' }), {
    kind: 'stale',
    sinceMs: 'connection',
  })
  const late = { ...full, connection: 'delayed' } as const
  assert.equal(panelStateOf(late).kind, 'ready')
  assert.equal(panelStateOf({ ...late, isLive: true }).kind, 'stale')
  assert.deepEqual(panelStateOf({ ...full, error, keptSinceMs: 7 }), {
    kind: 'stale',
    sinceMs: 7,
  })
})

test('numbers and ages are written as people of the language do', () => {
  assert.equal(formatNumber(1234.5, 'it', 1), '1.234,5')
  assert.equal(formatNumber(1234.5, 'en', 1), '1,234.5')
  assert.equal(formatAge(12, 'it'), '12 s')
  assert.equal(formatAge(600, 'en'), '10 min')
  assert.equal(formatAge(200_000, 'it'), '2 g')
})

test('a table is saved as CSV with its gaps left empty', () => {
  const text = csvOf({ times: [0, 60], columns: [[1.5, null]] }, ['kw "net"'])
  assert.equal(
    text,
    'time,"kw ""net"""\r\n1970-01-01T00:00:00.000Z,1.5\r\n1970-01-01T00:01:00.000Z,\r\n',
  )
})

test('the faster a meter sends, the fewer days are asked for at once, and at least one', () => {
  assert.equal(daysWithin(30_000, 28), 28)
  assert.equal(daysWithin(2_000, 28), 2)
  assert.equal(daysWithin(100, 28), 1)
})
