/**
 * "Did you mean ...?": the known name that is nearest to a misspelt one.
 */

/** Further than this share of the longer name is a different word. */
const DISTANCE_SHARE_MAX = 0.4

/** The nearest name, or undefined when none is near. Case and dashes do not count. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(plain(wrong), plain(name)) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (!best) return undefined
  const far = DISTANCE_SHARE_MAX * Math.max(wrong.length, best.name.length)
  return best.distance <= far ? best.name : undefined
}

/** A sentence to append to an error, or nothing. */
export function suggestion(wrong: string, known: readonly string[]): string {
  const name = nearestName(wrong, known)
  return name ? ` Did you mean ${name}?` : ''
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Levenshtein: insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
