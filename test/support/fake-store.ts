/**
 * A Store of one map that can be told to fail: the rule of merging is the real one (the larger
 * order, then the later write), the outcomes are what the test's script says.
 */
import { compareKeys } from '../../src/model/key-bytes.ts'
import {
  BATCH_KEYS_MAX,
  type ReadOutcome,
  type ScanOutcome,
  type ScanQuery,
  type Store,
  type StoreWrite,
  type WriteOutcome,
} from '../../src/store/client.ts'

export interface FakeStore extends Store {
  /** What stands under a key. */
  text(key: string): string | undefined
  keys(): readonly string[]
  /** How many writes each request had. */
  readonly requests: number[]
  /** Says what becomes of a write; undefined = it is done. `unknown` is applied all the same. */
  onWrite: (write: StoreWrite) => WriteOutcome | undefined
  onRead: (key: string) => ReadOutcome | undefined
  onScan: (query: ScanQuery) => ScanOutcome | undefined
  shards: number
}

interface Held {
  readonly text: string | null
  readonly order: number
}

const DONE: WriteOutcome = { kind: 'done', replicas: 3, targets: [] }

export function fakeStore(): FakeStore {
  const held = new Map<string, Held>()
  const apply = (write: StoreWrite) => {
    const order = write.order ?? 0
    const known = held.get(write.key)
    if (!known || order >= known.order) held.set(write.key, { text: write.text, order })
  }
  const readOne = (key: string): ReadOutcome => {
    const known = held.get(key)
    if (known?.text == null) return { kind: 'absent' }
    return { kind: 'found', text: known.text, order: known.order }
  }
  const store: FakeStore = {
    requests: [],
    shards: 3,
    onWrite: () => undefined,
    onRead: () => undefined,
    onScan: () => undefined,
    text: (key) => held.get(key)?.text ?? undefined,
    keys: () => [...held.keys()],
    async write(writes) {
      if (writes.length > BATCH_KEYS_MAX) throw new Error(`${writes.length} writes at once`)
      store.requests.push(writes.length)
      return writes.map((write) => {
        const outcome = store.onWrite(write) ?? DONE
        if (outcome.kind === 'done' || outcome.kind === 'unknown') apply(write)
        return outcome
      })
    },
    read: async (keys) => keys.map((key) => store.onRead(key) ?? readOne(key)),
    scan: async (query) => store.onScan(query) ?? scanOf(held, query),
    status: async () => ({ reachable: store.shards > 0, shards: store.shards }),
  }
  return store
}

/** As the real one: ordered by bytes, `from` inclusive, `to` exclusive. */
function scanOf(held: ReadonlyMap<string, Held>, query: ScanQuery): ScanOutcome {
  const { prefix = '', from = '', to, limit, reverse = false } = query
  const entries = [...held]
    .flatMap(([key, { text }]) => (text === null ? [] : [{ key, text }]))
    .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, from) >= 0)
    .filter(({ key }) => to === undefined || compareKeys(key, to) < 0)
    .sort((a, b) => compareKeys(a.key, b.key) * (reverse ? -1 : 1))
  const page = entries.slice(0, limit)
  const last = entries.length > limit ? page.at(-1)?.key : undefined
  const next = last === undefined ? null : reverse ? last : `${last}\0`
  return { kind: 'page', entries: page, next }
}
