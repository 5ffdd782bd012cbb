/**
 * What must be in the store after a recorded file was sent, worked out from the file alone. None of
 * the code that reads, maps or checks recordings is used here: a mistake there would otherwise be
 * counted as right.
 *
 * The mapping is the one of the household by the minute: floors 1 to 3 are its three circuits,
 * floor 4 is the whole house. A row without values is sent, and must be refused, for each floor.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const HOUSE_FLOORS = [1, 2, 3, 4] as const
/** Timestamps in the index of a floor; the usual of `--index-size`. */
const INDEX_SIZE = 500
/** The recorder's times are French standard time all year round. */
const OFFSET = '+01:00'

export interface ExpectedReading {
  readonly floor: number
  readonly timestamp: string
  readonly kw: number
  readonly volts: number
  readonly amperes: number
  /** The counter: energy since the beginning. */
  readonly kwh: number
}

export interface ExpectedHouse {
  /** Rows x floors. */
  readonly sent: number
  readonly readings: ReadonlyMap<string, ExpectedReading>
  /** Keys of readings that measured nothing. */
  readonly refused: ReadonlySet<string>
  /** By floor: the key of its newest reading, and the timestamps of its newest, oldest first. */
  readonly newest: ReadonlyMap<number, { readonly key: string; readonly index: readonly string[] }>
}

export const keyOf = (floor: number, timestamp: string): string => `energy:p${floor}:${timestamp}`

/** Text of a recorded file, plain or gzip. Throws when it is not there. */
export function readHouseFile(path: string): string {
  const bytes = readFileSync(path)
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
}

export function expectedHouse(text: string): ExpectedHouse {
  const rows = text.trimEnd().split('\n').slice(1)
  const readings = new Map<string, ExpectedReading>()
  const refused = new Set<string>()
  const wattHours = new Map<number, number>()
  for (const row of rows) {
    const [time = '', ...values] = row.split(',')
    const timestamp = `${time}${OFFSET}`
    const isEmpty = values.every((value) => value.trim() === '')
    for (const floor of HOUSE_FLOORS) {
      const key = keyOf(floor, timestamp)
      if (isEmpty) refused.add(key)
      else readings.set(key, readingOf(floor, timestamp, values.map(Number), wattHours))
    }
  }
  const sent = rows.length * HOUSE_FLOORS.length
  return { sent, readings, refused, newest: newestOf(readings) }
}

/** `values`: the columns behind the time. `wattHours`: the counters so far, changed here. */
function readingOf(
  floor: number,
  timestamp: string,
  values: readonly number[],
  wattHours: Map<number, number>,
): ExpectedReading {
  const [housePower = 0, volts = 0, houseCurrent = 0, ...circuits] = values
  const circuitWh = circuits[floor - 1] ?? 0
  const isHouse = floor === 4
  const kw = isHouse ? housePower : round((circuitWh * 60) / 1000, 6)
  const amperes = isHouse ? houseCurrent : round((kw * 1000) / volts, 3)
  const sumWh = (wattHours.get(floor) ?? 0) + (isHouse ? (housePower * 1000) / 60 : circuitWh)
  wattHours.set(floor, sumWh)
  return { floor, timestamp, kw, volts, amperes, kwh: sumWh / 1000 }
}

/** Times of one offset and one length order as texts. */
function newestOf(readings: ReadonlyMap<string, ExpectedReading>) {
  return new Map(
    HOUSE_FLOORS.map((floor) => {
      const own = [...readings.values()].filter((reading) => reading.floor === floor)
      const times = own.map((reading) => reading.timestamp).sort()
      const key = keyOf(floor, times.at(-1) ?? '')
      return [floor, { key, index: times.slice(-INDEX_SIZE) }] as const
    }),
  )
}

export interface HouseLimits {
  readonly delta_kwh_max: number
  readonly kw_max: number
  readonly corrente_max: number
  readonly tensione_max: number
}

/** Readings come each minute at most, so energy in 30 s is half a minute's. */
const DELTA_KWH_MAX = 0.1

/** Limits for a house at 240 V, as `PUT /admin/thresholds` takes them. */
export const HOUSE_THRESHOLDS = {
  default: limits(2.2, 15),
  per_floor: { '3': limits(1.1, 15), '4': limits(7, 30) },
} as const

function limits(kw: number, amperes: number): HouseLimits {
  return {
    delta_kwh_max: DELTA_KWH_MAX,
    kw_max: kw,
    corrente_max: amperes,
    tensione_max: 250,
  }
}

/**
 * Ids of all alarms that these readings must raise. Readings are further apart than the cooldown,
 * and no slot has history enough to be judged, so only the limits speak.
 */
export function expectedAlarms({ readings }: ExpectedHouse): ReadonlySet<string> {
  return new Set([...readings.values()].flatMap(alarmsOf))
}

function alarmsOf({ floor, timestamp, kw, volts, amperes }: ExpectedReading): readonly string[] {
  const own: Readonly<Record<string, HouseLimits>> = HOUSE_THRESHOLDS.per_floor
  const limit = own[String(floor)] ?? HOUSE_THRESHOLDS.default
  const kinds = [
    kw > limit.kw_max ? 'kw:kw_over' : '',
    amperes > limit.corrente_max ? 'corrente:amp_over' : '',
    volts > limit.tensione_max ? 'tensione:volt_over' : '',
    // kWh of half a minute at this power; a longer step before it makes less of it, never more.
    kw / 120 > limit.delta_kwh_max ? 'delta_kwh:dkwh_over' : '',
  ]
  return kinds.filter(Boolean).map((kind) => `${floor}:${kind}:${timestamp}`)
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
