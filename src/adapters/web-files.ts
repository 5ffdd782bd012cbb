/**
 * The built dashboard, read whole when a coordinator starts: it is small, it is one consistent
 * build whatever happens to the folder meanwhile, and an address can only ever name a file that was
 * in it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** By path below the folder, like `assets/index-Bx3.js`. */
export type WebFiles = ReadonlyMap<string, Buffer>

/** Undefined when there is no build. */
export function readWebFiles(folder: string): WebFiles | undefined {
  let names: readonly string[]
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
  } catch {
    return undefined
  }
  const files = new Map(
    names.map((name) => [nameOf(name), readFileSync(join(folder, name))] as const),
  )
  return files.has('index.html') ? files : undefined
}

function nameOf(path: string): string {
  return path
    .split(sep)
    .filter((part) => part !== '')
    .join('/')
}
