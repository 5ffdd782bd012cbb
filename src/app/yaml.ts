/**
 * Reads YAML (and so JSON) files that people write.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Undefined when there is no such file. Throws an Error that names the file otherwise. */
export function readYamlFile(path: string): { readonly document: unknown } | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    return { document: parse(text) }
  } catch (error) {
    throw new Error(`${path} is not YAML: ${error instanceof Error ? error.message : error}`)
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`Cannot read ${path}.`, { cause: error })
  }
}
