/**
 * Numbers, times and ages as people of a language write them. Formatters are costly to make, so
 * each is made once.
 */
import type { Language } from '../app/search.ts'

const LOCALES: Readonly<Record<Language, string>> = { it: 'it-IT', en: 'en-GB' }
const numbers = new Map<string, Intl.NumberFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()

export function localeOf(language: Language): string {
  return LOCALES[language]
}

export function formatNumber(value: number, language: Language, digits: number): string {
  const key = `${language}${digits}`
  const format =
    numbers.get(key) ??
    new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      /** Italian leaves out the point in 1234,5; in a column that reads badly. */
      useGrouping: 'always',
    } as Intl.NumberFormatOptions)
  numbers.set(key, format)
  return format.format(value)
}

const TIME_STYLES = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  moment: { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { weekday: 'short', day: '2-digit', month: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

export function formatTime(ms: number, language: Language, style: keyof typeof TIME_STYLES) {
  const key = `${language}${style}`
  const format =
    dates.get(key) ??
    new Intl.DateTimeFormat(LOCALES[language], { ...TIME_STYLES[style], hour12: false })
  dates.set(key, format)
  return Number.isFinite(ms) ? format.format(ms) : '–'
}

/** For the title of an element: what the same moment is in UTC. */
export function utcOf(ms: number): string {
  return Number.isFinite(ms)
    ? `${new Date(ms).toISOString().replace('T', ' ').slice(0, 19)} UTC`
    : ''
}

const BYTES_STEP = 1_000
const BYTES_UNITS = ['B', 'kB', 'MB', 'GB'] as const

export function formatBytes(bytes: number, language: Language): string {
  const step = bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(BYTES_STEP))
  const at = Math.min(BYTES_UNITS.length - 1, step)
  const digits = at === 0 ? 0 : 1
  return `${formatNumber(bytes / BYTES_STEP ** at, language, digits)} ${BYTES_UNITS[at]}`
}

/** "12 s", "3 min", "2 h", "5 d": the same in both languages but for the day. */
export function formatAge(seconds: number, language: Language): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} ${language === 'it' ? 'g' : 'd'}`
}
