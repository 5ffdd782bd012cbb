/**
 * The shard book as a JSON list of addresses.
 */
import { readFile } from 'node:fs/promises'
import type { ShardBook } from '../ports/shard-book.ts'
import { replaceFile } from './replace-file.ts'

export function shardBookFile(path: string): ShardBook {
  return {
    read: () => addressesIn(path).catch(() => []),
    write: (addresses) => replaceFile(path, `${JSON.stringify(addresses)}\n`),
  }
}

async function addressesIn(path: string): Promise<readonly string[]> {
  const list: unknown = JSON.parse(await readFile(path, 'utf8'))
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}
