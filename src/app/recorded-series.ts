/**
 * A recorded series, `timestamp,value` in the first row and one reading in each further one. Other
 * columns are ignored. What cannot be read is an error that names the line and the field: a row
 * that was skipped in silence would look like a gap in the meter.
 */
import { csvFields } from '../meters/csv-recording.ts'
import { recordedTime } from '../meters/recorded-time.ts'
import { CommandError } from './output.ts'

export interface SeriesRow {
  /** As written. */
  readonly timestamp: string
  readonly timeMs: number
  /** Undefined where the field is empty: nothing was measured. */
  readonly value: number | undefined
}

/** `zone`: of times without an offset. */
export async function* seriesRows(
  lines: AsyncIterable<string>,
  zone: string,
): AsyncGenerator<SeriesRow> {
  let columns: { readonly time: number; readonly value: number } | undefined
  let number = 0
  for await (const line of lines) {
    number += 1
    if (!columns) columns = columnsOf(line)
    else if (line.trim() !== '') yield rowOf(line, number, columns, zone)
  }
  if (number === 0) throw new CommandError('The file is empty; line 1 must name the columns.')
}

function columnsOf(header: string) {
  const names = csvFields(header)
  const [time, value] = ['timestamp', 'value'].map((name) => {
    const at = names.indexOf(name)
    if (at >= 0) return at
    throw new CommandError(`Line 1: no column ${name}; it has ${names.join(', ')}.`)
  })
  return { time: time ?? 0, value: value ?? 0 }
}

function rowOf(
  line: string,
  number: number,
  columns: { readonly time: number; readonly value: number },
  zone: string,
): SeriesRow {
  const fields = csvFields(line)
  const timestamp = fields[columns.time] ?? ''
  const written = fields[columns.value]
  const { timeMs } = recordedTime(timestamp, zone)
  if (timeMs === undefined) {
    throw new CommandError(
      `Line ${number}, field timestamp: ${quoted(timestamp)} is no ISO 8601 time.`,
    )
  }
  if (written === undefined) {
    throw new CommandError(`Line ${number}, field value: it is missing.`)
  }
  const value = written === '' ? undefined : Number(written)
  if (value !== undefined && !Number.isFinite(value)) {
    throw new CommandError(`Line ${number}, field value: ${quoted(written)} is no number.`)
  }
  return { timestamp, timeMs, value }
}

const QUOTED_MAX = 60

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text)
}
