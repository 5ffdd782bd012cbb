/**
 * Reads `energyguard.yaml`: a flat mapping from setting names to values, all optional. Values
 * become text, so that the same rules check them as those of flags and variables.
 */
import { readYamlFile } from '../yaml.ts'
import { SettingsError } from './resolve.ts'

export const CONFIG_FILE_NAME = 'energyguard.yaml'

export interface ConfigFile {
  readonly path: string
  readonly entries: Readonly<Record<string, string>>
}

/**
 * The file, or undefined when the usual one is not there. Throws SettingsError for a broken one.
 */
export function readConfigFile(named: string | undefined): ConfigFile | undefined {
  const path = named ?? CONFIG_FILE_NAME
  const read = readOrRefuse(path)
  if (read) return { path, entries: entriesOf(path, read.document ?? {}) }
  if (named === undefined) return undefined
  throw new SettingsError(`Cannot read the configuration file ${path}: it is not there.`)
}

function readOrRefuse(path: string) {
  try {
    return readYamlFile(path)
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error })
  }
}

function entriesOf(path: string, document: unknown): Record<string, string> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new SettingsError(`${path} must be a mapping, one "name: value" on each line.`)
  }
  const entries = Object.entries(document).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [name, scalar(path, name, value)]))
}

function scalar(path: string, name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((entry) => scalar(path, name, entry)).join(',')
  if (typeof value === 'object') throw new SettingsError(`${path}: ${name} must be a plain value.`)
  return String(value)
}
