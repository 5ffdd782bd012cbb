/**
 * What a stage says of itself at `/metrics`, as numbers.
 */
export type Metrics = ReadonlyMap<string, number>

/** By the name of the series with its labels, as written: `a_total{level="warn"}`. */
export async function readMetrics(opsUrl: string): Promise<Metrics> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))] as const
    }),
  )
}

/** The sum of all series of a name whose labels contain a text. */
export function total(metrics: Metrics, name: string, labels = ''): number {
  const own = [...metrics].filter(
    ([series]) => series.split('{')[0] === name && series.includes(labels),
  )
  return own.reduce((sum, [, value]) => sum + value, 0)
}

/** Upper edge of the bucket in which this share of what came in between lies; NaN without any. */
export function bucketEdge(
  name: string,
  share: number,
  after: Metrics,
  before: Metrics = new Map(),
): number {
  const pattern = new RegExp(`^${name}_bucket\\{.*le="([^"]+)"`)
  const buckets = [...after].flatMap(([series, value]) => {
    const edge = pattern.exec(series)?.[1]
    const count = value - (before.get(series) ?? 0)
    return edge === undefined ? [] : [{ edge: edge === '+Inf' ? Infinity : Number(edge), count }]
  })
  const all = Math.max(0, ...buckets.map(({ count }) => count))
  return buckets.find(({ count }) => all > 0 && count >= share * all)?.edge ?? Number.NaN
}
