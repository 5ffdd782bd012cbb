/**
 * A shard over its file as a part of a process: alone behind a port, or three of them side by side
 * in `up`, reached over the network within the process.
 */
import { join } from 'node:path'
import type { LocalNetwork } from '../adapters/local-network.ts'
import { lruRowCache } from '../adapters/lru-row-cache.ts'
import { openSqliteEngine } from '../adapters/sqlite-engine.ts'
import { EngineError } from '../ports/key-value-engine.ts'
import type { Address } from '../ports/network.ts'
import { createShard, type Shard } from '../store/shard/shard.ts'
import type { Context } from './context.ts'
import { CommandError } from './output.ts'
import { joinParts, type Part, part } from './part.ts'

export interface ShardPart {
  readonly shard: Shard
  readonly part: Part
}

/** `bytesMax`: as in the settings. Throws CommandError when the file cannot be used. */
export function shardPart(
  context: Context,
  name: string,
  path: string,
  bytesMax: number | null = null,
): ShardPart {
  const { clock, random, trace, settings } = context
  const limit = bytesMax === null ? {} : { bytesMax }
  const engine = orExplained(path, () => openSqliteEngine({ path, ...limit }))
  const shard = orExplained(path, () =>
    createShard(
      { clock, trace, engine, random: random.fork(name) },
      {
        dbPath: path,
        cache: lruRowCache(settings.maxCacheItems),
        cleanAfterMs: settings.cleanAfterSeconds * 1000,
        ...(settings.zone === null ? {} : { zone: settings.zone }),
      },
    ),
  )
  return { shard, part: part([{ name, service: shard }], async () => engine.close()) }
}

export interface LocalShards {
  /** For the coordinator's list of shards to found the ring with. */
  readonly addresses: readonly Address[]
  readonly part: Part
}

/** So many shards in this process, `kv1` and so on, each in its own folder of the data folder. */
export function localShardsPart(
  context: Context,
  network: LocalNetwork,
  count: number,
): LocalShards {
  const names = Array.from({ length: count }, (_, index) => `kv${index + 1}`)
  const addresses = names.map((name) => `local:${name}`)
  const parts = names.map((name, index) => {
    const path = join(context.settings.dataDir, name, 'kv.db')
    const { shard, part: own } = shardPart(context, name, path)
    const leave = network.register(addresses[index] ?? name, shard.endpoint)
    return joinParts([own, part([], async () => leave())])
  })
  return { addresses, part: joinParts(parts) }
}

function orExplained<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    const sentence = error.message.includes(path) ? error.message : `${path}: ${error.message}`
    throw new CommandError(sentence, { cause: error.cause })
  }
}
