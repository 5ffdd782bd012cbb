/**
 * Office buildings for the stress set of detection: a working week with its own hours, holidays and
 * quiet Augusts, weather that drifts, slow and fast noise, rounding from fine to coarse, and in
 * some a change of level for good. No two are alike; a seed gives the same one again.
 */
import { standardNormal } from '../../src/model/gaussian.ts'
import type { Random } from '../../src/ports/random.ts'
import type { Series } from './detection-series.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** A Monday. */
const START_MS = Date.UTC(2017, 0, 2)
const YEAR_DAYS = 365
const SUNDAY = 6
const SATURDAY = 5
const HOLIDAYS = 10
const CHRISTMAS = [357, 358, 359, 360, 361, 362, 363]
const AUGUST = { from: 213, to: 236, part: 0.6 }
/** Roundings, as parts of the load by day. */
const GRAINS = [0, 0, 0.001, 0.01, 0.05]
/** Fast noise forgets within about so many minutes. */
const NOISE_MINUTES = 90

interface Office {
  readonly nightKw: number
  readonly dayKw: number
  readonly opensAt: number
  readonly closesAt: number
  readonly saturdayPart: number
  readonly coolingKw: number
  readonly heatingKw: number
  readonly noise: number
  readonly jitter: number
  readonly grainKw: number
  readonly holidays: ReadonlySet<number>
  readonly hasAugust: boolean
  /** Day of a change for good, and its factor. */
  readonly changeDay: number
  readonly changeFactor: number
}

export function officeSeries(name: string, random: Random, stepMinutes: number): Series {
  const office = drawnOffice(random, YEAR_DAYS)
  const normal = () => standardNormal(() => random.unit())
  const perDay = DAY_MINUTES / stepMinutes
  const keeps = Math.exp(-stepMinutes / NOISE_MINUTES)
  const times: number[] = []
  const values: number[] = []
  let [weather, daily, fast] = [0, 0, 0]
  for (let i = 0; i < YEAR_DAYS * perDay; i += 1) {
    if (i % perDay === 0) {
      weather = weather * 0.7 + normal() * 3
      daily = normal() * 0.02
    }
    fast = fast * keeps + normal() * Math.sqrt(1 - keeps * keeps) * office.noise
    const day = Math.floor(i / perDay)
    const hour = ((i % perDay) * 24) / perDay
    const part = 1 + fast + daily + normal() * office.jitter
    times.push(START_MS + i * stepMinutes * MINUTE_MS)
    values.push(rounded(loadKw(office, day, hour, weather) * part, office.grainKw))
  }
  return { name, times, values, windows: [] }
}

function drawnOffice(random: Random, days: number): Office {
  const nightKw = 10 ** (random.unit() * 2 + 0.5)
  const dayKw = nightKw * (1.5 + random.unit() * 3)
  const single = Array.from({ length: HOLIDAYS }, () => random.below(YEAR_DAYS))
  return {
    ...{ nightKw, dayKw, opensAt: 6 + random.unit() * 3, closesAt: 17 + random.unit() * 4 },
    saturdayPart: random.unit() * 0.6,
    coolingKw: dayKw * (0.01 + random.unit() * 0.03),
    heatingKw: dayKw * random.unit() * 0.015,
    noise: 0.01 + random.unit() * 0.05,
    jitter: 0.005 + random.unit() * 0.03,
    grainKw: (GRAINS[random.below(GRAINS.length)] ?? 0) * dayKw,
    holidays: new Set(random.chance(0.7) ? [...single, ...CHRISTMAS] : single),
    hasAugust: random.chance(0.4),
    changeDay: random.chance(0.4) ? random.below(days) : days,
    changeFactor: 1 + (random.unit() - 0.4) * 0.3,
  }
}

function loadKw(office: Office, day: number, hour: number, weather: number): number {
  const { nightKw, dayKw, coolingKw, heatingKw } = office
  const season = -12 * Math.cos((2 * Math.PI * (day - 20)) / YEAR_DAYS)
  const degrees = 12 + season + weather + 4 * Math.sin((2 * Math.PI * (hour - 9)) / 24)
  const people = peopleAt(office, day, hour)
  const cooling = coolingKw * Math.max(0, degrees - 18) * (0.3 + 0.7 * people)
  const heating = heatingKw * Math.max(0, 10 - degrees)
  const kw = nightKw + (dayKw - nightKw) * people + cooling + heating
  return day >= office.changeDay ? kw * office.changeFactor : kw
}

/** How full it is, 0 to 1; a little less at noon. */
function peopleAt(office: Office, day: number, hour: number): number {
  const smooth = (hours: number) => 1 / (1 + Math.exp(-3 * hours))
  const noon = 1 - 0.06 * Math.exp(-((hour - 12.7) ** 2))
  return mostOf(office, day) * smooth(hour - office.opensAt) * smooth(office.closesAt - hour) * noon
}

function mostOf({ holidays, saturdayPart, hasAugust }: Office, day: number): number {
  if (day % 7 === SUNDAY || holidays.has(day)) return 0.05
  if (day % 7 === SATURDAY) return saturdayPart
  return hasAugust && day > AUGUST.from && day < AUGUST.to ? AUGUST.part : 1
}

function rounded(kw: number, grainKw: number): number {
  return Math.max(0, grainKw > 0 ? Math.round(kw / grainKw) * grainKw : kw)
}
