/**
 * Keys are copied away while the store is in use, and into a store of another size.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { must } from '../../src/model/must.ts'
import type { Message, Network } from '../../src/ports/network.ts'
import type { BackupRow, ImportOutcome } from '../../src/store/backup.ts'
import type { StoreWrite, WriteOutcome } from '../../src/store/client.ts'
import type { Coordinator } from '../../src/store/coordinator/coordinator.ts'
import { caredCluster, settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import {
  foundedCluster,
  ready,
  startCoordinatorOn,
  storeCluster,
  story,
} from '../support/store-cluster.ts'

const TEXTS = [
  '{}',
  '{ "x": 1.0,\n"è":\t"😀" }',
  '{"a":"\\u0000\\n"}',
  `{"l":"${'è'.repeat(9_000)}"}`,
]
const ODD_KEYS = ['a b/%?#', 'é', '\uffee', '😀', '\0', 'x\n', 'energy:p1:latest', 'k'.repeat(512)]
const THRESHOLDS = '{"default":{}}'

async function write(coordinator: Coordinator, writes: readonly StoreWrite[]) {
  const outcomes = await coordinator.store.write(writes)
  for (const outcome of outcomes) assert.equal(outcome.kind, 'done')
  return outcomes
}

/** Of everything that a store can hold something. */
async function fill(coordinator: Coordinator): Promise<void> {
  const many = Array.from({ length: 60 }, (_, n) => ({ key: `k${n}`, text: `{"n":${n}}` }))
  const odd = ODD_KEYS.map((key, n) => ({ key, text: TEXTS[n % TEXTS.length] ?? '{}' }))
  await write(coordinator, [...many, ...odd])
  await write(coordinator, [
    ...['k3', 'k4', 'never there'].map((key) => ({ key, text: null })),
    { key: 'ordered', text: '{"late":1}', order: 1_767_600_000_000.25 },
    { key: 'ordered', text: '{"early":1}', order: 5 },
    { key: 'ordered and deleted', text: null, order: 7.5 },
    { key: 'lives long', text: '{}', ttlSeconds: 3_600 },
    { key: 'lives short', text: '{}', ttlSeconds: 1 },
    ...['cas:a', 'cas:b', 'cas:gone'].map((key) => ({ key, text: '{"first":1}' })),
  ])
  await write(coordinator, [
    { key: 'cas:a', text: '{ "second": 2 }', ifMatch: '*' },
    { key: 'cas:gone', text: null },
  ])
  await coordinator.systemStore.write([{ key: '_system:thresholds', text: THRESHOLDS }])
}

async function exported(coordinator: Coordinator, limit = 9): Promise<readonly BackupRow[]> {
  const rows: BackupRow[] = []
  for (let from: string | null = ''; from !== null; ) {
    const page = await coordinator.backup.exportPage({ from, limit })
    assert.ok(page.kind === 'page', page.kind)
    assert.equal(page.cluster, coordinator.ring.info().cluster)
    rows.push(...page.rows)
    from = page.next
  }
  return rows
}

async function imported(coordinator: Coordinator, rows: readonly BackupRow[], size = 16) {
  const outcomes: ImportOutcome[] = []
  for (let at = 0; at < rows.length; at += size) {
    outcomes.push(...(await coordinator.backup.importRows(rows.slice(at, at + size))))
  }
  return outcomes
}

/** An empty store of another size. */
async function otherStore(t: TestContext, shards: number, factor: number): Promise<Coordinator> {
  const replication = { kind: 'factor', factor } as const
  const coordinator = storeCluster(t, shards).startCoordinator({ replication, virtualNodes: 32 })
  await ready(coordinator, shards)
  return coordinator
}

/** How often a conditional document was changed is counted anew where it stands. */
const content = (rows: readonly BackupRow[]) =>
  rows.map((row) => (row.lane === 'plain' ? row : { ...row, revision: 0 }))
const keysOf = (rows: readonly BackupRow[]) => rows.map(({ key }) => key)
const kindsOf = (outcomes: readonly (ImportOutcome | WriteOutcome)[]) => [
  ...new Set(outcomes.map(({ kind }) => kind)),
]

/** What a client reads of all keys. */
async function read({ store, systemStore }: Coordinator, keys: readonly string[]) {
  const isOwn = (key: string) => key.startsWith('_system:')
  const system = await systemStore.read(keys.filter(isOwn))
  return [...(await store.read(keys.filter((key) => !isOwn(key)))), ...system]
}

story('each key is restored into a store of another size, with its version', async (t) => {
  const { coordinator } = await foundedCluster(t)
  await fill(coordinator)
  const rows = await exported(coordinator)
  const keys = keysOf(rows)
  assert.equal(new Set(keys).size, keys.length, 'each key once')
  assert.equal(keys[0], '_system:thresholds')
  assert.ok(!keys.includes('cas:gone') && keys.includes('k3'))
  for (const [shards, factor] of [
    [5, 2],
    [1, 1],
  ] as const) {
    const other = await otherStore(t, shards, factor)
    assert.deepEqual(kindsOf(await imported(other, rows)), ['done'])
    assert.deepEqual(content(await exported(other, 100)), content(rows))
    assert.deepEqual(await read(other, keys), await read(coordinator, keys))
  }
  const short = () => coordinator.store.read(['lives short'])
  await eventually('its time is over', async () => (await short())[0]?.kind === 'absent')
  const late = await otherStore(t, 3, 3)
  await imported(late, rows)
  assert.deepEqual(await late.store.read(['lives short', 'lives long', 'k3']), [
    { kind: 'absent' },
    ...(await coordinator.store.read(['lives long'])),
    { kind: 'absent' },
  ])
})

story('while keys are written, an export has all that was acknowledged before it', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const acknowledged = new Map<string, number>()
  let isOver = false
  const writing = [0, 1, 2, 3].map(async (writer) => {
    for (let n = 1; !isOver; n += 1) {
      const key = `${writer === 3 ? 'cas:' : ''}w${writer}.${n % 20}`
      await write(coordinator, [{ key, text: `{"n":${n}}` }])
      acknowledged.set(key, n)
    }
  })
  await eventually('all are there', () => acknowledged.size === 80)
  const before = new Map(acknowledged)
  const rows = await exported(coordinator)
  isOver = true
  await Promise.all(writing)
  const other = await otherStore(t, 4, 3)
  assert.deepEqual(kindsOf(await imported(other, rows)), ['done'])
  for (const [key, n] of before) {
    const [outcome] = await other.store.read([key])
    assert.ok(outcome?.kind === 'found', key)
    const restored = Number(JSON.parse(outcome.text).n)
    assert.ok(restored >= n && restored <= must(acknowledged.get(key)), `${key}: ${restored}`)
  }
})

story('while partitions move, each page is whole or waits, and nothing is missing', async (t) => {
  const small = { moveRowsMax: 8, pageRows: 8 }
  const { one, addShard } = await caredCluster(t, 3, { care: small })
  await fill(one)
  const before = await exported(one)
  addShard('local:shard-4', 'id-4')
  let exports = 0
  for (const change of [
    () => one.ring.addNode('local:shard-4'),
    () => one.ring.removeNode('local:shard-1'),
  ]) {
    assert.equal((await change()).kind, 'changed')
    const after = exports + 3
    while (one.ring.info().rebalance !== null || exports < after) {
      assert.deepEqual(await exported(one, 25), before)
      exports += 1
    }
  }
  const other = await otherStore(t, 3, 3)
  assert.deepEqual(kindsOf(await imported(other, before)), ['done'])
})

story('what is restored while partitions move is there when they have', async (t) => {
  const { coordinator } = await foundedCluster(t)
  await fill(coordinator)
  const rows = await exported(coordinator)
  const small = { moveRowsMax: 8, pageRows: 8 }
  const { one, addShard } = await caredCluster(t, 3, { care: small })
  addShard('local:shard-4', 'id-4')
  assert.equal((await one.ring.addNode('local:shard-4')).kind, 'changed')
  for (const size of [1, 16]) {
    assert.deepEqual(kindsOf(await imported(one, rows, size)), ['done'])
  }
  await settled(one)
  assert.deepEqual(content(await exported(one)), content(rows))
})

story('an import changes nothing that is newer, and twice is once', async (t) => {
  const { coordinator } = await foundedCluster(t)
  await fill(coordinator)
  const rows = await exported(coordinator)
  const other = await otherStore(t, 3, 3)
  await imported(other, rows)
  const once = await exported(other)
  assert.deepEqual(kindsOf(await imported(other, rows)), ['done'])
  assert.deepEqual(await exported(other), once, 'twice is once')
  await write(other, [
    { key: 'k1', text: '{"newer":1}' },
    { key: 'k2', text: null },
    { key: 'cas:a', text: '{"newer":1}' },
    { key: 'cas:b', text: null },
  ])
  await other.systemStore.write([{ key: '_system:thresholds', text: '{"newer":1}' }])
  const newer = await exported(other)
  assert.deepEqual(kindsOf(await imported(other, rows)), ['kept', 'done'])
  assert.deepEqual(await exported(other), newer)
})

story('what stands there and is older gives way, documents and deletions too', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const other = await otherStore(t, 3, 3)
  await fill(other)
  const first = await exported(other)
  await imported(coordinator, first)
  await write(coordinator, [
    { key: 'k1', text: '{"later":1}' },
    { key: 'k2', text: null },
    { key: 'cas:a', text: '{"later":1}' },
  ])
  const later = await exported(coordinator)
  await imported(other, later)
  assert.deepEqual(content(await exported(other)), content(later))
})

story('without a quorum there is no page, and nothing is said to be imported', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  await fill(coordinator)
  const rows = await exported(coordinator)
  for (const shard of shards.slice(1)) shard.mood = 'stopped'
  const page = await coordinator.backup.exportPage({ from: '', limit: 9 })
  assert.deepEqual(page, { kind: 'unavailable', needed: 2, had: 1 })
  const kinds = kindsOf(await imported(coordinator, rows.slice(0, 20)))
  assert.deepEqual(
    kinds.filter((kind) => kind === 'done' || kind === 'kept'),
    [],
  )
})

story('without a quorum for a document there is no page that leaves it out', async (t) => {
  const { coordinator, network, addresses } = await foundedCluster(t)
  await fill(coordinator)
  const isAsked = (request: Message) =>
    'ops' in request && JSON.stringify(request.ops).includes('"cas:')
  // All answer scans; two of three answer nothing that concerns a document.
  const partly: Network = {
    ask: async (to, request) =>
      isAsked(request) && to !== addresses[0]
        ? { kind: 'silence', reason: 'too late' }
        : network.ask(to, request),
    close: async () => {},
  }
  const options = { bootstrap: addresses, limits: { requestTimeoutMs: 200 } }
  const other = startCoordinatorOn(t, partly, options)
  await ready(other, 3)
  const kindOf = async (from: string) => (await other.backup.exportPage({ from, limit: 9 })).kind
  assert.deepEqual([await kindOf('cas:'), await kindOf('k')], ['unavailable', 'page'])
})

story('a row that is not one of an export is refused by name', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const plain = { lane: 'plain', key: 'a', text: '{}', order: 1, time: 1, writer: 'w' } as const
  const document = {
    lane: 'conditional',
    key: 'cas:a',
    text: '{}',
    etag: '1-w',
    revision: 1,
  } as const
  const row = { ...plain, expiresMs: null }
  const wrong: readonly [BackupRow, string][] = [
    [{ ...row, key: '' }, 'key'],
    [{ ...row, key: 'cas:a' }, 'lane'],
    [{ ...document, key: 'a' }, 'lane'],
    [{ ...document, key: '_system:caretaker' }, 'key'],
    [{ ...row, order: -1 }, 'order'],
    [{ ...row, time: 0.5 }, 'time'],
    [{ ...row, expiresMs: Number.NaN }, 'expires'],
  ]
  const outcomes = await coordinator.backup.importRows([...wrong.map(([one]) => one), row])
  const fields = outcomes.map((outcome) =>
    outcome.kind === 'invalid' ? outcome.field : outcome.kind,
  )
  assert.deepEqual(fields, [...wrong.map(([, field]) => field), 'done'])
  const many = await coordinator.backup.importRows(new Array<BackupRow>(1_001).fill(row))
  assert.deepEqual(kindsOf(many), ['invalid'])
  const future = { ...row, key: 'b', time: Number.MAX_SAFE_INTEGER }
  assert.deepEqual(kindsOf(await coordinator.backup.importRows([future])), ['failed'])
})
