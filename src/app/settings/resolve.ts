/**
 * Decides the value of every setting: flag, else environment, else configuration file, else
 * default. Pure: whoever calls it has read the environment and the files. A wrong value is an error
 * that names the setting, the value, the rule and what to do; all errors are told at once.
 */
import { join } from 'node:path'
import {
  fallbackOf,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  settingOf,
  textOf,
} from '../settings.ts'
import { IN_DATA_DIR, type Role, type Setting } from './setting.ts'
import { suggestion } from './suggest.ts'

/** What came in by each door, still text. */
export interface Doors {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Names as in the file; undefined where there is no file. */
  readonly file?: { readonly path: string; readonly entries: Readonly<Record<string, string>> }
  /** Reads a file that a `NAME_FILE` variable names. Throws when it cannot. */
  readonly readSecret: (path: string) => string
}

/** Where a value came from; `from` names the flag, variable or file. */
export interface Source {
  readonly kind: 'flag' | 'environment' | 'file' | 'default'
  readonly from: string
}

export interface Resolved {
  readonly role: Role
  readonly settings: Settings
  readonly sources: Readonly<Record<SettingName, Source>>
}

/** A mistake of whoever started the program; ends it with exit code 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

interface Found {
  readonly text: string
  readonly source: Source
}

/**
 * Throws SettingsError with one line for each mistake. Settings of other roles keep their default.
 */
export function resolveSettings(role: Role, doors: Doors): Resolved {
  const mistakes = unknownNames(doors)
  const values: Partial<Record<SettingName, unknown>> = {}
  const sources: Partial<Record<SettingName, Source>> = {}
  for (const name of SETTING_NAMES) {
    try {
      const found = settingOf(name).roles.includes(role) ? find(name, role, doors) : undefined
      values[name] = found ? parsed(name, found) : fallbackOf(name, role)
      sources[name] = found?.source ?? { kind: 'default', from: 'default' }
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      mistakes.push(error.message)
    }
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes.join('\n'))
  const settings = Object.freeze(inDataDir(values as Settings))
  return { role, settings, sources: sources as Record<SettingName, Source> }
}

function unknownNames({ file }: Doors): string[] {
  const names = Object.keys(file?.entries ?? {})
  const unknown = names.filter((name) => !SETTING_NAMES.includes(name as SettingName))
  return unknown.map(
    (name) => `${file?.path}: there is no setting ${name}.${suggestion(name, SETTING_NAMES)}`,
  )
}

function find(name: SettingName, role: Role, doors: Doors): Found | undefined {
  const setting = settingOf(name)
  const flag = doors.flags[name]
  if (flag !== undefined) return { text: flag, source: { kind: 'flag', from: `${setting.flag}` } }
  const names = environmentNames(setting, role)
  const fromEnvironment = firstOf(names, (variable) => inEnvironment(setting, variable, doors))
  if (fromEnvironment) return fromEnvironment
  const entry = doors.file?.entries[name]
  if (!doors.file || entry === undefined) return undefined
  return { text: entry, source: { kind: 'file', from: doors.file.path } }
}

/** Names in the environment that a role looks at, the first that is set counts. */
export function environmentNames(setting: Setting<unknown>, role?: Role): readonly string[] {
  const own = role ? (setting.environmentByRole?.[role] ?? []) : []
  return [...own, ...(setting.environment ?? [])]
}

/** An empty variable counts as absent, as compose files and shells leave them. */
function inEnvironment(setting: Setting<unknown>, variable: string, doors: Doors) {
  const text = doors.environment[variable] || undefined
  const secretFile = setting.secret ? doors.environment[`${variable}_FILE`] : undefined
  if (text && secretFile) {
    throw new SettingsError(`${variable} and ${variable}_FILE are both set. Set one of them.`)
  }
  if (secretFile) return secretFrom(variable, secretFile, doors)
  return text ? { text, source: { kind: 'environment', from: variable } as const } : undefined
}

function secretFrom(variable: string, path: string, { readSecret }: Doors): Found {
  try {
    const text = readSecret(path).replace(/\r?\n$/, '')
    return { text, source: { kind: 'environment', from: `${variable}_FILE` } }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SettingsError(`${variable}_FILE: cannot read ${path} (${reason}).`)
  }
}

function parsed(name: SettingName, { text, source }: Found): unknown {
  const setting = settingOf(name)
  const value = setting.parse(text)
  if (value !== undefined) return value
  const shown = setting.secret ? 'the secret given' : JSON.stringify(text)
  const remedy = remedyFor(name, setting)
  throw new SettingsError(
    `${name}: ${shown} (from ${source.from}) is wrong, it must be ${setting.rule}. ${remedy}`,
  )
}

function remedyFor(name: SettingName, setting: Setting<unknown>): string {
  const example = textOf(setting.fallback)
  const doors = [setting.flag, ...environmentNames(setting), `${name} in energyguard.yaml`]
  const door = doors.find((one) => one !== undefined)
  const say = example === '' ? '' : `, for example ${example}`
  return `Correct it or leave it out (${door}${say}).`
}

function inDataDir(settings: Settings): Settings {
  const entries = Object.entries(settings).map(([name, value]) => {
    const lies = typeof value === 'string' && value.startsWith(IN_DATA_DIR)
    return [name, lies ? join(settings.dataDir, value.slice(IN_DATA_DIR.length)) : value]
  })
  return Object.fromEntries(entries) as Settings
}

function firstOf<T, R>(items: readonly T[], probe: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = probe(item)
    if (result !== undefined) return result
  }
  return undefined
}
