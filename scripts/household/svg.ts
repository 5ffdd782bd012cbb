/**
 * The few words of SVG that the pictures of the household need. Colours are classes whose values
 * turn with the reader's theme, so one picture serves light and dark; coordinates have one decimal
 * at most, which keeps four years of days in a few kilobytes. Pure.
 */
export interface Point {
  readonly x: number
  readonly y: number
}

/** From values to places: the first value of `from` lies at the first place of `to`. */
export function scaled(
  from: readonly [number, number],
  to: readonly [number, number],
): (value: number) => number {
  const [low, high] = from
  const [start, end] = to
  return (value) => start + ((value - low) / (high - low)) * (end - start)
}

/** A number as it stands in a picture. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** A line through all points, in steps that are told relative to the one before. */
export function pathOf(points: readonly Point[]): string {
  let at = { x: 0, y: 0 }
  const steps = points.map(({ x, y }, number) => {
    const next = { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 }
    const step = `${number === 0 ? 'M' : 'l'}${place(next.x - at.x)} ${place(next.y - at.y)}`
    at = next
    return step
  })
  return steps.join('')
}

export function line(points: readonly Point[], name: string): string {
  return `<path class="${name}" d="${pathOf(points)}"/>`
}

export function straight(from: Point, to: Point, name: string): string {
  return line([from, to], name)
}

export function box(
  { x, y }: Point,
  { width, height }: { readonly width: number; readonly height: number },
  name: string,
): string {
  const size = `width="${place(width)}" height="${place(height)}"`
  return `<rect class="${name}" x="${place(x)}" y="${place(y)}" ${size}/>`
}

export function text({ x, y }: Point, words: string, name = 'ink'): string {
  return `<text class="${name}" x="${place(x)}" y="${place(y)}">${escaped(words)}</text>`
}

export function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const MARK_SIZE = 4.5

/** Told apart by form as well as by colour. */
export type MarkForm = 'higher' | 'lower' | 'stuck' | 'level'

const FORMS: Readonly<Record<MarkForm, readonly (readonly [number, number])[]>> = {
  higher: [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
  lower: [
    [0, 1],
    [1, -0.8],
    [-1, -0.8],
  ],
  stuck: [
    [-0.8, -0.8],
    [0.8, -0.8],
    [0.8, 0.8],
    [-0.8, 0.8],
  ],
  level: [
    [0, -1.1],
    [1.1, 0],
    [0, 1.1],
    [-1.1, 0],
  ],
}

export function mark({ x, y }: Point, form: MarkForm): string {
  const corners = FORMS[form].map(([dx, dy]) => ({ x: x + dx * MARK_SIZE, y: y + dy * MARK_SIZE }))
  return `<path class="${form}" d="${pathOf(corners)}z"/>`
}

const STYLE = `
text{font:11px system-ui,sans-serif}.end{text-anchor:end}.middle{text-anchor:middle}
.paper{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}
.grid{stroke:#d1d9e0;fill:none}.value{stroke:#0b5cad;fill:none;stroke-width:1.2}
.before{stroke:#9aa4ae;fill:none}.band{fill:#59636e;opacity:.13}.away{fill:#59636e;opacity:.18}
.limit{stroke:#1f2328;fill:none;stroke-dasharray:4 3}
.higher{fill:#b3420a}.lower{fill:#0b5cad}.stuck{fill:#7a3aa8}.level{fill:#1a7048}
.old{fill:#9aa4ae}.new{fill:#b3420a}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1117}.ink{fill:#e6edf3}.soft{fill:#9aa4ae}
.grid{stroke:#30363d}.value{stroke:#6cb6ff}.before{stroke:#6b7480}
.band{fill:#c3ccd5}.away{fill:#c3ccd5}.limit{stroke:#e6edf3}
.higher{fill:#ff9d5c}.lower{fill:#6cb6ff}.stuck{fill:#d2a8ff}.level{fill:#56d39a}
.old{fill:#6b7480}.new{fill:#ff9d5c}}`

export interface Sheet {
  readonly width: number
  readonly height: number
  /** What is to be seen, for those who do not see it. */
  readonly title: string
}

export function picture({ width, height, title }: Sheet, parts: readonly string[]): string {
  const frame = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"`
  const head = `<title>${escaped(title)}</title><style>${STYLE}</style>`
  const paper = box({ x: 0, y: 0 }, { width, height }, 'paper')
  return `<svg ${frame}>${head}\n${[paper, ...parts].join('\n')}\n</svg>\n`
}
