/**
 * The shard book as a JSON list of addresses. A file that cannot be read (torn by a disk, edited by
 * somebody) is renamed before the next list is written in its place: it may be all that is left to
 * tell a person where the shards are.
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' }
    const reason = `${path} cannot be read as a list of shards: ${why(error)}`
    return { kind: 'broken', reason: `${reason}. ${await putAside(path)}` }
  }
}

function addressesIn(text: string): readonly string[] {
  const list: unknown = JSON.parse(text)
  const isList = Array.isArray(list) && list.every((one) => typeof one === 'string')
  if (!isList) throw new Error('it is no JSON list of addresses')
  return list
}

/** Says where it is now. The folder has one owner, so nobody else takes the name meanwhile. */
async function putAside(path: string): Promise<string> {
  let number = 1
  while (await isThere(`${path}.unreadable-${number}`)) number += 1
  const aside = `${path}.unreadable-${number}`
  try {
    await rename(path, aside)
    return `It was kept as ${aside}.`
  } catch (error) {
    // Where nothing can be renamed nothing is written over it either.
    return `It could not be put aside: ${why(error)}.`
  }
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
