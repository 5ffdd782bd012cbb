/**
 * The settings as people read them: the README's table, and the lines of `config print`.
 */
import {
  SETTING_NAMES,
  type SettingName,
  type Settings,
  settingNamesOf,
  settingOf,
  textOf,
} from '../settings.ts'
import { environmentNames, type Resolved } from './resolve.ts'
import { ROLES, type Role, type Setting } from './setting.ts'

/** A Markdown table of all settings, in the order of their declaration. */
export function settingsTable(): string {
  const head = ['setting', 'flag', 'environment', 'default', 'what it decides', 'used by']
  const rows = SETTING_NAMES.map((name) => rowOf(name, settingOf(name)))
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function rowOf(name: SettingName, setting: Setting<unknown>): string[] {
  const roles = setting.roles.length === ROLES.length ? 'all' : setting.roles.join(', ')
  return [
    `\`${name}\``,
    setting.flag ? `\`${setting.flag}\`` : '',
    allEnvironmentNames(setting)
      .map((one) => `\`${one}\``)
      .join(', '),
    defaultText(setting),
    setting.help,
    roles,
  ]
}

/** Every variable that any role looks at, those of single roles first. */
export function allEnvironmentNames(setting: Setting<unknown>): readonly string[] {
  const own = Object.values(setting.environmentByRole ?? {}).flat()
  const names = [...new Set([...own, ...environmentNames(setting)])]
  return setting.secret ? names.flatMap((name) => [name, `${name}_FILE`]) : names
}

function defaultText(setting: Setting<unknown>): string {
  const usual = withUnit(textOf(setting.fallback), setting.unit)
  const others = Object.entries(setting.fallbackByRole ?? {}).map(
    ([role, value]) => `${role}: ${withUnit(textOf(value), setting.unit)}`,
  )
  return [usual, ...others].filter((one) => one !== '').join('; ')
}

/** The value and its unit; nothing for no value. */
export function withUnit(text: string, unit: string | undefined): string {
  return text === '' || unit === undefined ? text : `${text} ${unit}`
}

export interface PrintedSetting {
  readonly name: SettingName
  readonly value: unknown
  readonly source: string
}

const MASK = '********'

/** What `config print` shows of a role: each value with the door it came by; secrets are masked. */
export function printedSettings(role: Role, resolved: Resolved): readonly PrintedSetting[] {
  return settingNamesOf(role).map((name) => ({
    name,
    value: masked(name, resolved.settings),
    source: resolved.sources[name].from,
  }))
}

function masked(name: SettingName, settings: Settings): unknown {
  const value = settings[name]
  return settingOf(name).secret && value !== null ? MASK : value
}

const TABLE_PLACE = /(<!-- settings:begin -->\n)[\s\S]*?(<!-- settings:end -->)/

/** A page with the table of today between its two markers. */
export function withSettingsTable(page: string): string {
  return page.replace(TABLE_PLACE, (_, begin, end) => `${begin}${settingsTable()}\n${end}`)
}
