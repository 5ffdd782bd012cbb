/**
 * Figures as a person reads them: one table for each bench, absolute figures with the ratios to
 * what stands beside them, and each goal with what was reached.
 */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Sentences under the table. */
  readonly notes: readonly string[]
}

export type Environment = Readonly<Record<string, string>>

export interface BenchRun {
  /** Tells a waiting person what is being done. */
  readonly say: (text: string) => void
  /** For every process of ours. */
  readonly env: Environment
}

export interface Bench {
  readonly name: string
  run(run: BenchRun): Promise<Table>
}

/** Columns under each other; all but the first and the last stand right. */
export function tableText({ title, head, rows, notes }: Table): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const isText = column === 0 || column === head.length - 1
        const width = widths[column] ?? 0
        return isText ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [title, ...all.map((row) => `  ${line(row)}`), ...notes.map((n) => `  ${n}`)].join('\n')
}

/** 11234.5 -> `11,235`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en')
/** Milliseconds with a decimal. */
export const ms = (value: number): string => value.toFixed(1)
/** `0.45 x bare node:http`. */
export const times = (value: number, beside: number, name: string): string =>
  `${(value / beside).toFixed(2)} x ${name}`
/** `goal 3,000: met`. */
export function goal(text: string, isMet: boolean): string {
  return `goal ${text}: ${isMet ? 'met' : 'MISSED'}`
}
