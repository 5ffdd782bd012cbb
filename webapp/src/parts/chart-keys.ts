/**
 * Where the keyboard takes the cursor of a chart.
 */
const LEAP = 10

/** `at` is null while there is no cursor; then it begins at the newest moment. */
export function cursorAfter(key: string, at: number | null, count: number): number | null {
  if (count === 0) return null
  const last = count - 1
  const moved: Readonly<Record<string, number | null>> = {
    ArrowLeft: at === null ? last : at - 1,
    ArrowRight: at === null ? last : at + 1,
    PageUp: at === null ? last : at - LEAP,
    PageDown: at === null ? last : at + LEAP,
    Home: 0,
    End: last,
    Escape: null,
  }
  const next = key in moved ? (moved[key] ?? null) : at
  return next === null ? null : Math.min(last, Math.max(0, next))
}
