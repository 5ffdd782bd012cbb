/**
 * One replica of the store as a process: `/internal/ops` for coordinators, and the routes of the
 * contract for people, on one port.
 */
import type { RequestListener } from 'node:http'
import { bodySignature } from '../../adapters/body-signature.ts'
import { frameEndpoint } from '../../adapters/frame-endpoint.ts'
import { httpEndpoint, isForEndpoint } from '../../adapters/http-endpoint.ts'
import { createShardApp } from '../../http/shard-routes.ts'
import type { Shard } from '../../store/shard/shard.ts'
import { clusterSecret } from '../cluster-secret.ts'
import type { Invocation } from '../command.ts'
import { type Context, runRole } from '../context.ts'
import { type Face, openFace } from '../face.ts'
import { joinParts } from '../part.ts'
import { shardPart } from '../shard-part.ts'

export function runShard(invocation: Invocation): Promise<number> {
  return runRole(invocation, async (context) => {
    const { sqlitePath, sqliteBytesMax } = context.settings
    const { shard, part } = shardPart(context, 'shard', sqlitePath, sqliteBytesMax)
    addGauges(context, shard)
    const face = await openShardFace(context, shard)
    context.announce(`energyguard shard ready at ${face.url}`)
    return joinParts([part, face.part])
  })
}

async function openShardFace(context: Context, shard: Shard): Promise<Face> {
  const { clock, trace, metrics, settings } = context
  const readiness = () => shard.door.problem()
  const app = await createShardApp(shard.door, { trace, metrics, readiness })
  const signature = bodySignature(clusterSecret(settings))
  const operations = httpEndpoint(shard.endpoint, signature)
  const upgrades = frameEndpoint(shard.endpoint, signature)
  const address = { host: settings.host, port: settings.shardPort }
  const handle: RequestListener = (request, response) => {
    if (isForEndpoint(request)) operations(request, response)
    else app.routing(request, response)
  }
  return openFace(clock, app, address, '--port', { handle, upgrades })
}

function addGauges({ metrics }: Context, { door, isWritable }: Shard): void {
  metrics.gauge('shard_keys', 'Keys that can be read here.', () => door.stats().keys)
  metrics.gauge('shard_cache_rows', 'Rows in memory.', () => door.stats().cacheItems)
  metrics.gauge('shard_writable', '0 while the disk is full.', () => Number(isWritable()))
}
