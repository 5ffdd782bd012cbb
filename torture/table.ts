/**
 * What a run found, line by line as a person reads it: a figure, and where there is a goal, whether
 * it was met.
 */
export interface Line {
  readonly name: string
  readonly figure: string
  readonly goal?: { readonly text: string; readonly isMet: boolean }
}

export function tableText(title: string, lines: readonly Line[]): string {
  const nameWidth = Math.max(...lines.map(({ name }) => name.length))
  const figureWidth = Math.max(...lines.map(({ figure }) => figure.length))
  const text = ({ name, figure, goal }: Line) => {
    const said = goal ? `  goal ${goal.text}: ${goal.isMet ? 'met' : 'MISSED'}` : ''
    return `  ${name.padEnd(nameWidth)}  ${figure.padStart(figureWidth)}${said}`
  }
  return [title, ...lines.map(text)].join('\n')
}

export function missed(lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ goal }) => goal && !goal.isMet)
}

/** One line for each kind, in the order of the alphabet. */
export function countLines(what: string, counts: ReadonlyMap<string, number>): readonly Line[] {
  const names = [...counts.keys()].sort()
  if (names.length === 0) return [{ name: what, figure: '0' }]
  return names.map((name) => ({ name: `${what}: ${name}`, figure: whole(counts.get(name) ?? 0) }))
}

/** A figure that must be zero. */
export function zeroLine(name: string, count: number): Line {
  return { name, figure: whole(count), goal: { text: '0', isMet: count === 0 } }
}

/** A figure without which all others say nothing. */
export function someLine(name: string, count: number): Line {
  return { name, figure: whole(count), goal: { text: '> 0', isMet: count > 0 } }
}

/** 11234.5 -> `11,235`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en')
