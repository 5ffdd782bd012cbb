/**
 * What stands on the disk of each shard: its rows and the ring that it holds, read from copies of
 * its files. A shard that runs writes to them all the time, so it is stopped for the moment of the
 * copy: what lies there then is what `kill -9` would leave, which SQLite knows how to open.
 */
import { existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { must } from '../src/model/must.ts'
import type { RingDocument } from '../src/store/ring/document.ts'
import { temporaryFolder } from '../test/support/process.ts'
import type { Member } from './member.ts'

export interface CopiedRow {
  readonly partition: number
  /** Null = a tombstone. */
  readonly text: string | null
  readonly order: number
  readonly stamp: number
  readonly writer: string
  readonly expiresMs: number | null
  readonly hash: number | null
}

export interface ShardCopy {
  readonly name: string
  readonly id: string
  readonly ring: RingDocument | null
  readonly rows: ReadonlyMap<string, CopiedRow>
}

/** A copy that nobody has looked into yet. */
export interface CopiedFiles {
  readonly name: string
  readonly folder: string
}

const FILES = ['kv.db', 'kv.db-wal'] as const

/**
 * Copies of the files of all shards, one after the other, so that at most one stands still; gone
 * again when `use` is through.
 */
export async function withCopies<T>(
  shards: readonly Member[],
  use: (copies: readonly CopiedFiles[]) => Promise<T>,
): Promise<T> {
  const copies: CopiedFiles[] = []
  try {
    for (const shard of shards) {
      const folder = temporaryFolder('torture-copy')
      copies.push({ name: shard.name, folder })
      await copyFiles(shard, folder)
    }
    return await use(copies)
  } finally {
    for (const { folder } of copies) await rm(folder, { recursive: true, force: true })
  }
}

async function copyFiles(shard: Member, folder: string): Promise<void> {
  if (shard.isUp) await shard.pause()
  for (const file of FILES) {
    const from = join(shard.dataDir, 'kv', file)
    if (existsSync(from)) await copyFile(from, join(folder, file))
  }
  if (shard.isUp) shard.resume()
}

export function readCopies(copies: readonly CopiedFiles[]): readonly ShardCopy[] {
  return copies.map(({ name, folder }) => readCopy(name, join(folder, FILES[0])))
}

function readCopy(name: string, path: string): ShardCopy {
  const database = new DatabaseSync(path)
  try {
    const meta = database.prepare('SELECT value FROM meta WHERE name = ?')
    const text = (key: string) => meta.get(key)?.value as string | undefined
    const ring = JSON.parse(text('ring') ?? 'null') as RingDocument | null
    return { name, id: must(text('shard-id')), ring, rows: rowsOf(database) }
  } finally {
    database.close()
  }
}

function rowsOf(database: DatabaseSync): ReadonlyMap<string, CopiedRow> {
  const select = database.prepare('SELECT p, k, v, o, t, n, e, h FROM rows ORDER BY p, k')
  const rows = new Map<string, CopiedRow>()
  for (const { p, k, v, o, t, n, e, h } of select.iterate()) {
    rows.set(String(k), {
      ...{ partition: Number(p), text: v as string | null, order: Number(o), stamp: Number(t) },
      ...{ writer: String(n), expiresMs: e as number | null, hash: h as number | null },
    })
  }
  return rows
}
