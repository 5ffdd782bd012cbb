/**
 * `/sharding/*`: the ring as operators see and change it (contract, "Coordinator"). A change is
 * made whole or refused with a sentence; what the ring was before stays then.
 */
import { z } from 'zod'
import type { Store } from '../store/client.ts'
import type { RingAdmin, RingInfo, RingOutcome } from '../store/coordinator/ring-admin.ts'
import { type Answer, answer, invalidAnswer, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'

const infoSchema = z.object({
  total_nodes: z.int(),
  replication_factor: z.int(),
  virtual_nodes_per_node: z.int(),
  total_virtual_nodes: z.int(),
  nodes: z.array(z.string()),
  reachable: z.boolean().describe('A quorum of every partition can be reached.'),
  partitions: z.int(),
  version: z.int().describe('0 = there is no ring yet.'),
  cluster: z.string().nullable(),
  shards: z.array(
    z.object({
      id: z.string(),
      node: z.string(),
      health: z.enum(['up', 'suspect', 'down']),
      keys: z.int().nullable(),
      writable: z.boolean().nullable().describe('False when its disk is full.'),
      problem: z.string().nullable(),
    }),
  ),
  problems: z.array(z.string()).describe('What a person should know or do.'),
})
const changedSchema = z.object({
  status: z.enum(['success', 'warning']),
  message: z.string(),
  nodes: z.array(z.string()),
})
const reconfiguredSchema = z.object({ status: z.literal('ok'), replication_factor: z.int() })
const nodeSchema = z.object({
  node: z
    .string()
    .regex(/^(https?:\/\/|local:)\S+$/, 'must be an address that begins with http:// or https://'),
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
  const change = { tags, body: nodeSchema, response: { 200: changedSchema, ...refusals } }
  const add = { ...change, summary: 'Takes in a shard.' }
  app.post('/sharding/add-node', { schema: add }, async ({ body: { node } }, reply) =>
    sendAnswer(reply, changeAnswer(await ring.addNode(node), node, 'aggiunto')),
  )
  const remove = { ...change, summary: 'Lets a shard go.' }
  app.post('/sharding/remove-node', { schema: remove }, async ({ body: { node } }, reply) =>
    sendAnswer(reply, changeAnswer(await ring.removeNode(node), node, 'rimosso')),
  )
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

function infoBody(info: RingInfo, reachable: boolean): z.output<typeof infoSchema> {
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
    shards: info.shards.map(({ address, isWritable, ...shard }) => ({
      ...shard,
      node: address,
      writable: isWritable,
    })),
    problems: [...info.problems],
  }
}

function changeAnswer(outcome: RingOutcome, node: string, done: 'aggiunto' | 'rimosso'): Answer {
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
