/**
 * The shard book as a JSON list of addresses. A file that cannot be read (torn by a disk, edited by
 * somebody) is renamed before the next list is written in its place: it may be all that is left to
 * tell a person where the shards are. Until then every start says so, not the first one alone.
 */
import { access, readFile, rename } from 'node:fs/promises'
import type { ShardBook, ShardList } from '../ports/shard-book.ts'
import { replaceFile } from './replace-file.ts'

export function shardBookFile(path: string): ShardBook {
  return {
    read: () => read(path),
    write: (addresses) => replaceFile(path, `${JSON.stringify(addresses)}\n`),
  }
}

async function read(path: string): Promise<ShardList> {
  try {
    return { kind: 'found', addresses: addressesIn(await readFile(path, 'utf8')) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return unwritten(path)
    const reason = `${path} cannot be read as a list of shards: ${why(error)}`
    return { kind: 'broken', reason: `${reason}. ${await putAside(path)}` }
  }
}

/** There never was a list, or the last one was put aside. */
async function unwritten(path: string): Promise<ShardList> {
  const next = await nextNumber(path)
  if (next === 1) return { kind: 'absent' }
  const kept = `The last one cannot be read and is kept as ${aside(path, next - 1)}.`
  return { kind: 'broken', reason: `No list of shards was written to ${path} since. ${kept}` }
}

function addressesIn(text: string): readonly string[] {
  const list: unknown = JSON.parse(text)
  const isList = Array.isArray(list) && list.every((one) => typeof one === 'string')
  if (!isList) throw new Error('it is no JSON list of addresses')
  return list
}

/** Says where it is now. The folder has one owner, so nobody else takes the name meanwhile. */
async function putAside(path: string): Promise<string> {
  const to = aside(path, await nextNumber(path))
  try {
    await rename(path, to)
    return `It was kept as ${to}.`
  } catch (error) {
    // Where nothing can be renamed nothing is written over it either.
    return `It could not be put aside: ${why(error)}.`
  }
}

function aside(path: string, number: number): string {
  return `${path}.unreadable-${number}`
}

/** Of the next one that is put aside; 1 = none was. */
async function nextNumber(path: string): Promise<number> {
  let number = 1
  while (await isThere(aside(path, number))) number += 1
  return number
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
