/**
 * What a chart shows as comma separated values, times in UTC, for a spreadsheet.
 */
import type { Table } from './series.ts'

export function csvOf(table: Table, names: readonly string[]): string {
  const head = ['time', ...names].map(quote).join(',')
  const rows = table.times.map((time, at) => {
    const values = table.columns.map((column) => column[at] ?? '')
    return [new Date(time * 1000).toISOString(), ...values].join(',')
  })
  return `${[head, ...rows].join('\r\n')}\r\n`
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
