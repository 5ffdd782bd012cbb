/**
 * Every setting of EnergyGuard, each declared once in one of the five files below. Whoever needs a
 * new one adds it there and nowhere else: flags, environment names, the configuration file, the
 * README's table and `config print` follow by themselves.
 */
import { backtestSettings } from './settings/backtest.ts'
import { commonSettings } from './settings/common.ts'
import { meterSettings } from './settings/meters.ts'
import { pipelineSettings } from './settings/pipeline.ts'
import type { Role, Setting } from './settings/setting.ts'
import { storeSettings } from './settings/store.ts'

export const SETTINGS = {
  ...commonSettings,
  ...storeSettings,
  ...pipelineSettings,
  ...meterSettings,
  ...backtestSettings,
} as const

export type SettingName = keyof typeof SETTINGS
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

type ValueOf<S> = S extends { readonly parse: (text: string) => infer T }
  ? Exclude<T, undefined>
  : never

/** All values. Those that a role does not use have their defaults. */
export type Settings = {
  readonly [N in SettingName]:
    | ValueOf<(typeof SETTINGS)[N]>
    | (null extends (typeof SETTINGS)[N]['fallback'] ? null : never)
}

export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name]
}

export function settingNamesOf(role: Role): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settingOf(name).roles.includes(role))
}

/** The default of a setting for a role. */
export function fallbackOf(name: SettingName, role: Role | undefined): unknown {
  const { fallback, fallbackByRole } = settingOf(name)
  return (role && fallbackByRole?.[role]) ?? fallback
}

/** A value as a person would write it. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? value.join(',') : String(value)
}
