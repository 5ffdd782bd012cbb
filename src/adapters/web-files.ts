/**
 * The built dashboard, held in memory: it is small, it is one consistent build whatever happens to
 * the folder meanwhile, and an address can only ever name a file that was in it. The folder is
 * looked at again now and then, so that a new build is served without a restart; one that is not
 * all there yet is left alone until it is.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Clock } from '../ports/clock.ts'

/** By path below the folder, like `assets/index-Bx3.js`. */
export type WebFiles = ReadonlyMap<string, Buffer>

/** However many ask, the folder is looked at no oftener. */
export const LOOK_EVERY_MS = 500
const INDEX = 'index.html'

export class WebFolder {
  private readonly folder: string
  private readonly clock: Pick<Clock, 'monotonicMs'>
  private lookedMs = Number.NEGATIVE_INFINITY
  private lookedAt = ''
  private newest: WebFiles | undefined

  constructor(folder: string, clock: Pick<Clock, 'monotonicMs'>) {
    this.folder = folder
    this.clock = clock
  }

  /** The newest whole build, the same object until there is another; undefined before the first. */
  files(): WebFiles | undefined {
    const nowMs = this.clock.monotonicMs()
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return this.newest
    this.lookedMs = nowMs
    try {
      this.look()
    } catch {
      // The folder is being replaced, or there is none: what is known stays.
    }
    return this.newest
  }

  private look(): void {
    const names = namesIn(this.folder)
    const facts = names.map((name) => factsOf(name, this.folder)).join('\n')
    if (facts === this.lookedAt) return
    const files = new Map(names.map((name) => [name, readFileSync(join(this.folder, name))]))
    this.lookedAt = facts
    if (isWhole(files)) this.newest = files
  }
}

/** Notes of the build about itself, whose names begin with a dot, are none of its files. */
function namesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .map((path) => path.split(sep).join('/'))
}

function factsOf(name: string, folder: string): string {
  const { size, mtimeMs, ino } = statSync(join(folder, name))
  return `${name} ${size} ${mtimeMs} ${ino}`
}

/** There is an index, and all that it loads. */
function isWhole(files: WebFiles): boolean {
  const index = files.get(INDEX)?.toString()
  if (index === undefined) return false
  const loaded = index.matchAll(/(?:src|href)="\/([^"?#]+)"/g)
  return [...loaded].every(([, name = '']) => files.has(name))
}
