/**
 * Reads `energyguard.yaml`: a flat mapping from setting names to values, all optional. Values become
 * text, so that the same rules check them as those of flags and variables.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { SettingsError } from './resolve.ts'

export const CONFIG_FILE_NAME = 'energyguard.yaml'

export interface ConfigFile {
  readonly path: string
  readonly entries: Readonly<Record<string, string>>
}

/** The file, or undefined when the usual one is not there. Throws SettingsError for a broken one. */
export function readConfigFile(named: string | undefined): ConfigFile | undefined {
  const path = named ?? CONFIG_FILE_NAME
  const text = readText(path, named !== undefined)
  return text === undefined ? undefined : { path, entries: entriesOf(path, text) }
}

function readText(path: string, isRequired: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (isMissing && !isRequired) return undefined
    throw new SettingsError(`Cannot read the configuration file ${path}: ${String(error)}`)
  }
}

function entriesOf(path: string, text: string): Record<string, string> {
  const document = parseYaml(path, text) ?? {}
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw new SettingsError(`${path} must be a mapping, one "name: value" on each line.`)
  }
  const entries = Object.entries(document).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [name, scalar(path, name, value)]))
}

function parseYaml(path: string, text: string): object | null {
  try {
    return parse(text)
  } catch (error) {
    throw new SettingsError(`${path} is not YAML: ${(error as Error).message}`)
  }
}

function scalar(path: string, name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((entry) => scalar(path, name, entry)).join(',')
  if (typeof value === 'object') throw new SettingsError(`${path}: ${name} must be a plain value.`)
  return String(value)
}
