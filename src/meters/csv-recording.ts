/**
 * Rows of a CSV file as readings: each row gives one for each floor of the mapping. The energy
 * counter of a floor is the running sum of its power; a row that measured nothing adds nothing to
 * it and is sent without sensors, so that the gap is seen where readings are checked.
 */
import {
  type ColumnMapping,
  type ColumnSource,
  columnsOf,
  type FloorColumns,
  recognisedMapping,
} from '../model/column-mapping.ts'
import type { NewRecord } from '../ports/log.ts'
import { type RecordedTime, recordedTime } from './recorded-time.ts'
import type { Recording, Timeline } from './recording.ts'

export type OpenedRecording =
  | { readonly kind: 'recording'; readonly recording: Recording }
  /** A sentence for whoever named the file. */
  | { readonly kind: 'problem'; readonly problem: string }

/** `header`: the first line. `mapping`: the user's own; null = recognise the header. */
export function csvRecording(header: string, mapping: ColumnMapping | null): OpenedRecording {
  const columns = csvFields(header)
  const chosen = mapping ?? recognisedMapping(columns)
  if (!chosen) {
    const problem = `The columns ${columns.join(', ')} are not known; give a mapping.`
    return { kind: 'problem', problem }
  }
  const missing = columnsOf(chosen).filter((column) => !columns.includes(column))
  if (missing.length > 0) {
    const problem = `The file has no column ${missing.join(', ')}; it has ${columns.join(', ')}.`
    return { kind: 'problem', problem }
  }
  const positions = new Map(columns.map((column, position) => [column, position]))
  return { kind: 'recording', recording: recordingOf(chosen, positions) }
}

/** The fields of one CSV line; a field in quotes may hold commas and doubled quotes. */
export function csvFields(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim())
  // Outside quotes there is an even number of quotes before a comma.
  const fields: string[] = []
  let open = ''
  for (const piece of line.split(',')) {
    const field: string = open === '' ? piece : `${open},${piece}`
    const isWhole = (field.split('"').length - 1) % 2 === 0
    if (isWhole) fields.push(unquoted(field.trim()))
    open = isWhole ? '' : field
  }
  return open === '' ? fields : [...fields, open.trim()]
}

function unquoted(field: string): string {
  const isQuoted = field.length >= 2 && field.startsWith('"') && field.endsWith('"')
  return isQuoted ? field.slice(1, -1).replaceAll('""', '"') : field
}

type Row = (column: string) => string

function recordingOf(mapping: ColumnMapping, positions: ReadonlyMap<string, number>): Recording {
  const sumsKwh = new Map<number, number>()
  const rowOf = (line: string): Row => {
    const fields = csvFields(line)
    return (column) => fields[positions.get(column) ?? -1] ?? ''
  }
  const timeIn = (row: Row) => recordedTime(row(mapping.time.column), mapping.time.zone)
  return {
    headerLines: 1,
    timeOf: (line) => timeIn(rowOf(line)).timeMs,
    recordsOf(line, timeline) {
      const row = rowOf(line)
      const timestamp = stampOf(timeIn(row), timeline)
      const stepHours = (mapping.step_seconds * timeline.secondsPerSecond) / 3600
      return mapping.floors.map((floor) => recordOf(floor, row, timestamp, stepHours, sumsKwh))
    },
  }
}

function stampOf({ text, timeMs }: RecordedTime, timeline: Timeline): string {
  return timeMs === undefined ? text : timeline.stamp(text, timeMs)
}

/** A value is a number, or the text that should have been one, or absent. */
type Value = number | string | undefined

function recordOf(
  floor: FloorColumns,
  row: Row,
  timestamp: string,
  stepHours: number,
  sumsKwh: Map<number, number>,
): NewRecord {
  const kw = sensorOf(floor.kw, row)
  const volts = sensorOf(floor.tensione, row)
  const deltaKwh = typeof kw === 'number' && kw >= 0 ? kw * stepHours : undefined
  const sumKwh = (sumsKwh.get(floor.piano) ?? 0) + (deltaKwh ?? 0)
  sumsKwh.set(floor.piano, sumKwh)
  const counterKwh = deltaKwh === undefined ? undefined : round(sumKwh, 6)
  const reading = {
    piano: floor.piano,
    sensore1_kwh: floor.kwh === 'running-sum' ? counterKwh : sensorOf(floor.kwh, row),
    sensore2_kw: kw,
    sensore3_corrente:
      floor.corrente === 'from-power' ? amperes(kw, volts) : sensorOf(floor.corrente, row),
    sensore3_tensione: volts,
    timestamp,
    delta_kwh: deltaKwh === undefined ? undefined : round(deltaKwh, 6),
  }
  return { key: String(floor.piano), value: JSON.stringify(reading) }
}

function sensorOf(source: ColumnSource | undefined, row: Row): Value {
  const text = source ? row(source.column) : ''
  if (!source || text === '') return undefined
  const number = Number(text)
  return Number.isFinite(number) ? round(number * source.scale, 6) : text
}

function amperes(kw: Value, volts: Value): number | undefined {
  const isMeasured = typeof kw === 'number' && typeof volts === 'number' && volts > 0
  return isMeasured ? round((kw * 1000) / volts, 3) : undefined
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
