/**
 * The keys that the system keeps for itself. They do not keep the ring from changing, so whoever
 * changes it takes them along: read before, and written again, with their order, where they belong
 * afterwards. Without this a shard that leaves would take the thresholds with it.
 */
import { SYSTEM_KEYS } from '../../model/keys.ts'
import type { StoreWrite } from '../client.ts'
import { readAll } from './reader.ts'
import type { StoreWorld } from './store-world.ts'
import { writeAll } from './writer.ts'

/** What stands under them, as writes that make it so elsewhere; null = it could not be known. */
export async function readSystemKeys(world: StoreWorld): Promise<readonly StoreWrite[] | null> {
  const writes: StoreWrite[] = []
  for (const [index, outcome] of (await readAll(world, SYSTEM_KEYS, 'system')).entries()) {
    const key = SYSTEM_KEYS[index]
    if (key !== undefined && outcome.kind === 'found') {
      writes.push({ key, text: outcome.text, order: outcome.order })
    } else if (outcome.kind !== 'absent' && outcome.kind !== 'no-shards') return null
  }
  return writes
}

/** Makes it so, as far as shards can be reached. */
export async function writeSystemKeys(
  world: StoreWorld,
  writes: readonly StoreWrite[],
): Promise<void> {
  await writeAll(world, writes, 'system')
}
