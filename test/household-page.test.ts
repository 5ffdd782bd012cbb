/**
 * docs/household.md holds what the detector of today says of the recorded house: the same code is
 * run again and held against the page and its pictures. And the small cores behind it: the days
 * that are put right, the kinds of alarms, the drawing.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { classOf, isDayOff } from '../scripts/household/classes.ts'
import { watched } from '../scripts/household/judged.ts'
import {
  absencesOf,
  DAY_MS,
  daysPutRight,
  exchanged,
  HOUR_MS,
  type HouseHour,
  hoursOf,
  orderProof,
  pausesOf,
  readTable,
  seriesCsv,
} from '../scripts/household/record.ts'
import { escaped, pathOf, picture, scaled } from '../scripts/household/svg.ts'
import { alarmsTable, summaryText, withBlocks } from '../scripts/household/tables.ts'
import { main } from '../src/app/command-line.ts'
import type { Incident } from '../src/model/incident.ts'
import { must } from '../src/model/must.ts'
import { ROOT } from './support/source-files.ts'

const PAGE = readFileSync(join(ROOT, 'docs/household.md'), 'utf8')
const PICTURES = join(ROOT, 'docs/household')
const PICTURE_BYTES_MAX = 300_000
const FILE = join(ROOT, '../shared/readings/household_hour.csv.gz')
const skip = existsSync(FILE) ? false : `the recorded house is not here: ${FILE}`

const folder = mkdtempSync(join(tmpdir(), 'household-'))
after(() => rmSync(folder, { recursive: true }))

/** Quiet hours from a Wednesday noon on; `kw` by the number of the hour. */
const NOON_MS = Date.UTC(2009, 5, 17, 12)
function house(kw: Readonly<Record<number, number>>, usualKw = 1): readonly HouseHour[] {
  return Array.from({ length: 72 }, (_, at) => ({
    timeMs: NOON_MS + at * HOUR_MS,
    ...{ kw: kw[at] ?? usualKw, volts: 240 + at, amperes: at, kitchenWh: 0, laundryWh: 0 },
  }))
}

type Found = Pick<Incident['opening'], 'direction'> & Pick<Incident, 'cause'>

function incidentAt(hour: HouseHour | undefined, { cause, direction }: Found): Incident {
  const { timeMs, kw } = must(hour)
  return { cause, opening: { timeMs, value: kw, expected: 1, direction } } as Incident
}

const HIGHER = { cause: 'higher', direction: 'up' } as const
const LOWER = { cause: 'lower', direction: 'down' } as const
const STUCK = { cause: 'stuck', direction: 'none' } as const

test('day and month change places where both can be either, and days come in order', () => {
  const timeOf = (text: string) => Date.parse(`${text}:00Z`)
  assert.equal(exchanged(timeOf('2007-08-01T23:00')), timeOf('2007-01-08T23:00'))
  assert.equal(exchanged(timeOf('2007-01-13T05:00')), timeOf('2007-01-13T05:00'))
  const csv = ['time,kw', '2007-01-13T00:00,3', '2007-08-01T00:00,1', '2007-09-01T00:00,2']
  const right = daysPutRight(hoursOf(csv.join('\n')))
  assert.deepEqual(
    right.map(({ kw, timeMs }) => [kw, new Date(timeMs).getUTCDate()]),
    [
      [1, 8],
      [2, 9],
      [3, 13],
    ],
  )
})

test('minutes say whether the hours stand at their own time or at the exchanged one', () => {
  const minutes = Array.from({ length: 60 }, (_, minute) => {
    return `2007-01-08T10:${String(minute).padStart(2, '0')}:00,1,${239 + minute / 29.5}`
  })
  const hours = hoursOf('time,kw,volts\n2007-08-01T10:00:00,1,240\n2007-01-08T10:00:00,1,231')
  const proof = orderProof(hours, ['time,kw,volts', ...minutes].join('\n'))
  assert.deepEqual(proof, { hours: 1, asTheyStand: 0, exchanged: 1 })
})

test('hours that are missing are a pause, days of an empty house an absence', () => {
  const quiet = house({}, 0.3)
  const broken = quiet.filter((_, at) => at < 5 || at > 8)
  assert.deepEqual(
    pausesOf(broken).map(({ hoursMissing }) => hoursMissing),
    [4],
  )
  const [absence] = absencesOf(quiet)
  assert.equal(absence?.days, 4)
  assert.deepEqual(absencesOf(house({})), [])
})

test('an alarm is of the first kind that its numbers fit', () => {
  const hours = house({ 30: 4, 33: 4, 40: 3, 50: 0.2 })
  const kind = (at: number, found: Found, own = hours) => classOf(incidentAt(own[at], found), own)
  assert.equal(kind(30, HIGHER), 'unexplained')
  assert.equal(kind(40, HIGHER), 'night')
  assert.equal(kind(50, LOWER), 'ended')
  assert.equal(kind(30, STUCK), 'equal')
  assert.equal(kind(50, LOWER, house({}, 0.3)), 'away')
  const cooking = hours.map((hour) => ({ ...hour, kitchenWh: hour.kw > 3 ? 2_000 : 0 }))
  assert.equal(kind(30, HIGHER, cooking), 'appliances')
  const frozen = hours.map((hour) => ({ ...hour, volts: 240, amperes: 4 }))
  assert.equal(kind(20, STUCK, frozen), 'frozen')
  const paused = hours.filter((_, at) => at < 25 || at > 28)
  assert.equal(kind(29, HIGHER, paused), 'pause')
  const saturday = hours.map((hour) => ({ ...hour, timeMs: hour.timeMs + 2 * DAY_MS }))
  assert.equal(kind(30, HIGHER, saturday), 'day off')
  assert.ok(isDayOff(Date.UTC(2009, 3, 13)) && !isDayOff(Date.UTC(2009, 3, 14)))
})

test('a picture carries its title, both themes and whatever its words are', () => {
  const svg = picture({ width: 10, height: 5, title: 'a < b' }, ['<g/>'])
  assert.match(svg, /<title>a &lt; b<\/title>/)
  assert.match(svg, /prefers-color-scheme:dark/)
  assert.equal(escaped('a & <b>'), 'a &amp; &lt;b&gt;')
  assert.equal(scaled([0, 10], [100, 0])(2.5), 75)
  const path = pathOf([
    { x: 1, y: 1 },
    { x: 2.26, y: 3 },
    { x: 0, y: 0 },
  ])
  assert.equal(path, 'M1 1l1.3 2l-2.3 -3')
})

test('a block without a place in the page is an error', () => {
  const page = '<!-- a:begin -->\nold\n<!-- a:end -->\n'
  assert.equal(withBlocks(page, { a: 'new' }), '<!-- a:begin -->\nnew\n<!-- a:end -->\n')
  assert.throws(() => withBlocks(page, { b: 'new' }), /no place for b/)
})

test('the pictures of the page are there, in both themes, and light together', () => {
  const files = readdirSync(PICTURES)
  const shown = [...PAGE.matchAll(/\(household\/([a-z]+\.svg)\)/g)].map(([, name]) => name)
  assert.deepEqual(shown.sort(), files.sort())
  const texts = files.map((name) => readFileSync(join(PICTURES, name), 'utf8'))
  assert.ok(texts.every((text) => text.includes('prefers-color-scheme:dark')))
  assert.ok(texts.join('').length < PICTURE_BYTES_MAX)
})

test('the page tells the alarms that the command gives, one by one', { skip }, async () => {
  const hours = daysPutRight(hoursOf(readTable(FILE)))
  const judged = watched(hours, 'power', 1)
  const redo = 'the rule has changed: npm run household, and read docs/household.md again'
  assert.ok(PAGE.includes(alarmsTable(judged.incidents, hours)), redo)
  assert.ok(PAGE.includes(summaryText(judged, hours)), redo)
  const series = join(folder, 'house.csv')
  writeFileSync(series, seriesCsv(hours))
  const said: string[] = []
  const output = {
    data: (text: string) => void said.push(text),
    message: (text: string) => void said.push(text),
  }
  assert.equal(await main(['backtest', series, '--json'], {}, output), 0)
  assert.equal(JSON.parse(said.join('')).alerts, judged.incidents.length)
})
