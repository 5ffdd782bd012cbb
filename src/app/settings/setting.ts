/**
 * What a setting is. Each is declared once with its help, rule, default and every door it may come
 * in by; the command line, the environment, the configuration file, `config print` and the README's
 * table are all made from that declaration, so they can never say different things.
 *
 * The functions below make the common types. Values come in as text from every door, so one parser
 * decides for all of them.
 */
export const ROLES = [
  'up',
  'coordinator',
  'shard',
  'ingest',
  'detect',
  'simulate',
  'replay',
  'login',
  'populate-history',
  'backtest',
  'ring',
  'key',
  'alerts',
] as const
/**
 * Commands that share their settings share a role: `ring` is all of ring, `key` is get, put,
 * delete.
 */
export type Role = (typeof ROLES)[number]

export interface Declared<T> {
  /** One sentence without the default, which is added. */
  readonly help: string
  readonly unit?: string
  readonly fallback: T
  /** Where a role has a default of its own. */
  readonly fallbackByRole?: Readonly<Partial<Record<Role, T>>>
  /** For example `--port`. Absent: environment and file only. */
  readonly flag?: string
  /** Names in the environment, the first that is set counts. */
  readonly environment?: readonly string[]
  /** Names that count before those, for one role. */
  readonly environmentByRole?: Readonly<Partial<Record<Role, readonly string[]>>>
  readonly roles: readonly Role[]
  /** Never printed; may also come from the file that `NAME_FILE` names. */
  readonly secret?: boolean
}

export interface Setting<T> extends Declared<T> {
  readonly type: string
  /** Completes "it must be ...". */
  readonly rule: string
  /** The value, or undefined when the text breaks the rule. */
  readonly parse: (text: string) => T | undefined
}

/** A default that begins so lies in the data folder, wherever that is. */
export const IN_DATA_DIR = 'DATA_DIR/'

interface Range {
  readonly min: number
  readonly max?: number
}

export function integer<F extends number | null>(
  declared: Declared<F | number> & Range,
): Setting<F | number> {
  const { min, max = Number.MAX_SAFE_INTEGER, ...rest } = declared
  const fits = (value: number) => Number.isSafeInteger(value) && value >= min && value <= max
  return {
    ...rest,
    type: 'integer',
    rule: `an integer ${rangeText(declared)}`,
    parse: (text) => (/^[+-]?\d+$/.test(text) && fits(Number(text)) ? Number(text) : undefined),
  }
}

export function number<F extends number | null>(
  declared: Declared<F | number> & Range,
): Setting<F | number> {
  const { min, max = Number.MAX_VALUE, ...rest } = declared
  const fits = (value: number) => Number.isFinite(value) && value >= min && value <= max
  return {
    ...rest,
    type: 'number',
    rule: `a number ${rangeText(declared)}`,
    parse: (text) => (text.trim() !== '' && fits(Number(text)) ? Number(text) : undefined),
  }
}

function rangeText({ min, max }: Range): string {
  if (max !== undefined) return `from ${min} to ${max}`
  return Number.isFinite(min) ? `>= ${min}` : 'that is finite'
}

export function text<F extends string | null>(
  declared: Declared<F | string> & { readonly rule?: string; readonly pattern?: RegExp },
): Setting<F | string> {
  const { rule = 'a text that is not empty', pattern = /./s, ...rest } = declared
  return {
    ...rest,
    type: 'text',
    rule,
    parse: (value) => (pattern.test(value) ? value : undefined),
  }
}

export function path<F extends string | null>(declared: Declared<F | string>): Setting<F | string> {
  return { ...text({ ...declared, rule: 'a path' }), type: 'path' }
}

export function choice<C extends string>(
  choices: readonly C[],
  declared: Declared<NoInfer<C>>,
): Setting<C> {
  return {
    ...declared,
    type: choices.join('|'),
    rule: `one of ${choices.join(', ')}`,
    parse: (value) => choices.find((one) => one === value),
  }
}

const YES = ['true', '1', 'yes', 'on']
const NO = ['false', '0', 'no', 'off']

/**
 * True or false; its flag takes no value (`--dry-run`, or `--no-simulate` where the default is
 * true).
 */
export function toggle(declared: Declared<boolean>): Setting<boolean> {
  return {
    ...declared,
    type: 'switch',
    rule: `${YES.join(', ')} or ${NO.join(', ')}`,
    parse: (value) => (YES.includes(value) ? true : NO.includes(value) ? false : undefined),
  }
}

/** Entries between commas, each checked; spaces around them and empty ones do not count. */
export function list<E extends string | number>(
  parseEntry: (entry: string) => E | undefined,
  declared: Declared<readonly E[]> & { readonly rule: string },
): Setting<readonly E[]> {
  return { ...declared, type: 'list', parse: (value) => parseList(value, parseEntry) }
}

function parseList<E>(value: string, parseEntry: (entry: string) => E | undefined) {
  const entries = value.split(',').map((entry) => entry.trim())
  const parsed = entries.filter((entry) => entry !== '').map(parseEntry)
  const whole = parsed.filter((entry): entry is E & {} => entry !== undefined && entry !== null)
  return whole.length === parsed.length ? whole : undefined
}

/** An absolute http(s) address without a trailing slash; parts after the host are kept. */
export function parseUrl(value: string): string | undefined {
  const parsed = URL.canParse(value) ? new URL(value) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined
  return value.replace(/\/+$/, '')
}

/** A port number; 0 lets the system choose a free one. */
export function parsePort(value: string): number | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined
}

export function port<F extends number | null>(declared: Declared<F | number>): Setting<F | number> {
  return {
    ...declared,
    type: 'port',
    rule: 'a port from 1 to 65535, or 0 for any free one',
    parse: parsePort,
  }
}

export function url(declared: Declared<string>): Setting<string> {
  return {
    ...declared,
    type: 'URL',
    rule: 'an address that begins with http:// or https://',
    parse: parseUrl,
  }
}
