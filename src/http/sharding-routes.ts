/**
 * `/sharding/*`: the ring as operators see and change it (contract, "Coordinator"). A change is
 * begun, and goes on by itself until all partitions have moved, or is refused with a sentence; what
 * the ring was before stays then.
 */
import { z } from 'zod'
import type { Store } from '../store/client.ts'
import type {
  RebalanceInfo,
  RingAdmin,
  RingInfo,
  RingOutcome,
  RingPreview,
  ShardInfo,
} from '../store/coordinator/ring-admin.ts'
import { type Answer, answer, invalidAnswer, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'

const cacheSchema = z
  .object({ hits: z.int(), misses: z.int(), items: z.int() })
  .describe('Reads since it started that rows in its memory could answer, and could not.')
  .meta({ id: 'ShardCache' })

const shardSchema = z
  .object({
    id: z.string(),
    node: z.string(),
    zone: z.string().nullable().describe('Replicas stand in different ones where they can.'),
    health: z.enum(['up', 'suspect', 'down']),
    keys: z.int().nullable().describe('On its disk, those of outgoing partitions among them.'),
    writable: z.boolean().nullable().describe('False when its disk is full.'),
    problem: z.string().nullable(),
    cache: cacheSchema.nullable(),
    partitions: z.int().describe('Of which it holds a copy.'),
    partitions_outgoing: z
      .int()
      .describe('Have moved away; their rows count in `keys` until they are removed.'),
    hints: z.int().describe('Rows that other shards keep in mind for it.'),
    leaving: z.boolean().describe('It goes once others hold what it holds.'),
  })
  .meta({ id: 'ShardInfo' })
const rebalanceSchema = z
  .object({
    kind: z.enum(['add', 'remove', 'replace', 'reconfigure']),
    partitions_left: z.int().describe('Not yet where they shall be.'),
    partitions_total: z.int(),
    partitions_moved: z.int(),
    partitions_moving: z.int().describe('Of those left; old and new shards hold them together.'),
    state: z
      .enum(['moving', 'waiting', 'elsewhere'])
      .describe('elsewhere: another coordinator carries it out and tells more.'),
    rows_moved: z.int().nullable().describe('Since it was taken up; null = told elsewhere.'),
    bytes_moved: z.int().nullable().describe('Since it was taken up; null = told elsewhere.'),
    waiting_for: z.string().nullable().describe('Why it does not go on; null = it does.'),
  })
  .meta({ id: 'Rebalance' })
export const infoSchema = z
  .object({
    total_nodes: z.int(),
    replication_factor: z.int(),
    virtual_nodes_per_node: z.int(),
    total_virtual_nodes: z.int(),
    nodes: z.array(z.string()),
    reachable: z.boolean().describe('A quorum of every partition can be reached.'),
    partitions: z.int(),
    version: z.int().describe('0 = there is no ring yet.'),
    cluster: z.string().nullable(),
    shards: z.array(shardSchema),
    rebalance: rebalanceSchema
      .nullable()
      .describe('A change that is under way; null when every partition is where it shall be.'),
    problems: z.array(z.string()).describe('What a person should know or do.'),
  })
  .meta({ id: 'RingInfo' })
const changedSchema = z
  .object({
    status: z.enum(['success', 'warning']),
    message: z.string(),
    nodes: z.array(z.string()),
  })
  .meta({ id: 'RingChange' })
const reconfiguredSchema = z.object({ status: z.literal('ok'), replication_factor: z.int() })
const previewSchema = z
  .object({
    partitions_to_move: z.int(),
    of: z.int(),
    per_shard: z.array(z.object({ node: z.string(), before: z.int(), after: z.int() })),
    keys_estimate: z.int().describe('Keys that would be copied, about; once for each new copy.'),
  })
  .meta({ id: 'RingPreview' })
const NO_ADDRESS = 'must be an address that begins with http:// or https://'
const address = z.string().regex(/^(https?:\/\/|local:)\S+$/, NO_ADDRESS)
const nodeSchema = z.object({ node: address })
/** Also one that has lost its disk, under the name that `/sharding/info` has for it. */
const knownSchema = z.object({
  node: z.string().regex(/^(https?:\/\/|local:|lost:)\S+$/, NO_ADDRESS),
})
const addSchema = nodeSchema.extend({
  preview: z.boolean().optional().describe('Only say what would move.'),
})
const replaceSchema = knownSchema.extend({
  with: address.optional().describe('Where the new shard answers; left out: at the same address.'),
})
const factorSchema = z.object({ replication_factor: z.int().min(1) })

const refusals = {
  409: sentenceSchema.describe('Not as things stand; nothing was changed.'),
  422: invalidSchema,
  502: sentenceSchema.describe('A shard that is needed for it does not answer.'),
}
const tags = ['ring']

export function addShardingRoutes(
  app: HttpApp,
  ring: RingAdmin,
  store: Pick<Store, 'status'>,
): void {
  const info = { tags, summary: 'The ring and its shards.', response: { 200: infoSchema } }
  app.get('/sharding/info', { schema: info }, async () =>
    infoBody(ring.info(), (await store.status()).reachable),
  )
  addNodeRoutes(app, ring)
  const reconfigure = {
    tags,
    summary: 'Copies of each key; never more than there are shards.',
    body: factorSchema,
    response: { 200: reconfiguredSchema, ...refusals },
  }
  app.post('/sharding/reconfigure', { schema: reconfigure }, async ({ body }, reply) => {
    const replicationFactor = body.replication_factor
    const outcome = await ring.reconfigure({ replicationFactor })
    return sendAnswer(reply, factorAnswer(outcome, replicationFactor))
  })
}

function addNodeRoutes(app: HttpApp, ring: RingAdmin): void {
  const change = { tags, response: { 200: changedSchema, ...refusals } }
  const add = {
    ...change,
    summary: 'Takes in a shard.',
    body: addSchema,
    response: { 200: z.union([changedSchema, previewSchema]), ...refusals },
  }
  app.post('/sharding/add-node', { schema: add }, async ({ body: { node, preview } }, reply) => {
    const outcome = preview
      ? await ring.preview({ kind: 'add', address: node })
      : await ring.addNode(node)
    return sendAnswer(reply, addAnswer(outcome, node))
  })
  const remove = { ...change, body: knownSchema, summary: 'Lets a shard go.' }
  app.post('/sharding/remove-node', { schema: remove }, async ({ body: { node } }, reply) =>
    sendAnswer(reply, changeAnswer(await ring.removeNode(node), node, 'rimosso')),
  )
  const replace = { ...change, body: replaceSchema, summary: 'Puts a shard in place of another.' }
  app.post('/sharding/replace-node', { schema: replace }, async ({ body }, reply) => {
    const outcome = await ring.replaceNode(body.node, body.with ?? body.node)
    return sendAnswer(reply, changeAnswer(outcome, body.node, 'sostituito'))
  })
  const cancel = { ...change, summary: 'Takes back the change that is under way.' }
  app.post('/sharding/cancel', { schema: cancel }, async (_, reply) =>
    sendAnswer(reply, cancelAnswer(await ring.cancel())),
  )
}

export function infoBody(info: RingInfo, reachable: boolean): z.output<typeof infoSchema> {
  return {
    total_nodes: info.totalNodes,
    replication_factor: info.replicationFactor,
    virtual_nodes_per_node: info.virtualNodesPerNode,
    total_virtual_nodes: info.totalVirtualNodes,
    nodes: [...info.nodes],
    reachable,
    partitions: info.partitions,
    version: info.version,
    cluster: info.cluster,
    shards: info.shards.map(shardBody),
    rebalance: info.rebalance && rebalanceBody(info.rebalance),
    problems: [...info.problems],
  }
}

function rebalanceBody(rebalance: RebalanceInfo) {
  const { kind, state, partitionsLeft, partitionsTotal } = rebalance
  return {
    kind,
    partitions_left: partitionsLeft,
    partitions_total: partitionsTotal,
    partitions_moved: partitionsTotal - partitionsLeft,
    partitions_moving: rebalance.partitionsMoving,
    state,
    rows_moved: rebalance.rowsMoved,
    bytes_moved: rebalance.bytesMoved,
    waiting_for: rebalance.waitingFor,
  }
}

function shardBody({ address, isWritable, isLeaving, partitionsOutgoing, ...shard }: ShardInfo) {
  const outgoing = { partitions_outgoing: partitionsOutgoing }
  return { ...shard, ...outgoing, node: address, writable: isWritable, leaving: isLeaving }
}

function addAnswer(outcome: RingOutcome | RingPreview, node: string): Answer {
  if (outcome.kind !== 'preview') return changeAnswer(outcome, node, 'aggiunto')
  const { partitionsToMove, of, perShard, keysEstimate } = outcome
  return answer(200, {
    partitions_to_move: partitionsToMove,
    of,
    per_shard: perShard.map(({ address, ...counts }) => ({ node: address, ...counts })),
    keys_estimate: keysEstimate,
  })
}

function cancelAnswer(outcome: RingOutcome): Answer {
  switch (outcome.kind) {
    case 'changed':
      return changed('success', 'Modifica annullata', outcome.nodes)
    case 'already':
    case 'absent':
      return changed('warning', 'Nessuna modifica in corso', outcome.nodes)
    default:
      return refusedAnswer(outcome)
  }
}

function changeAnswer(
  outcome: RingOutcome,
  node: string,
  done: 'aggiunto' | 'rimosso' | 'sostituito',
): Answer {
  switch (outcome.kind) {
    case 'changed':
      return changed('success', `Nodo ${node} ${done}`, outcome.nodes)
    case 'already':
      return changed('warning', `Il nodo ${node} è già registrato`, outcome.nodes)
    case 'absent':
      return changed('warning', `Nodo ${node} non presente`, outcome.nodes)
    default:
      return refusedAnswer(outcome)
  }
}

function changed(status: string, message: string, nodes: readonly string[]): Answer {
  return answer(200, { status, message, nodes })
}

function factorAnswer(outcome: RingOutcome, replicationFactor: number): Answer {
  switch (outcome.kind) {
    case 'conflict':
    case 'unreachable':
    case 'invalid':
      return refusedAnswer(outcome)
    default:
      return answer(200, { status: 'ok', replication_factor: replicationFactor })
  }
}

function refusedAnswer(
  outcome: Extract<RingOutcome, { kind: 'conflict' | 'unreachable' | 'invalid' }>,
): Answer {
  if (outcome.kind === 'conflict') return answer(409, { detail: outcome.reason })
  if (outcome.kind === 'unreachable') return answer(502, { detail: outcome.reason })
  const { field, reason } = outcome
  return invalidAnswer([{ loc: ['body', field], msg: reason, type: 'limit' }])
}
