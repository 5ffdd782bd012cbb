/**
 * Bugs of a shard: forgetting who it is, showing what is not committed, believing whoever asks,
 * taking the clock of the moment, and changing what it keeps.
 */
import { compareVersions } from '../../src/model/version.ts'
import { EngineError, type KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import type { Endpoint } from '../../src/ports/network.ts'
import { wallOf } from '../../src/store/hybrid-clock.ts'
import { ReplicaRows } from '../../src/store/shard/replica-rows.ts'
import { RingCopy } from '../../src/store/shard/ring-copy.ts'
import type { WireRow } from '../../src/store/wire.ts'
import type { Mutant } from '../mutation.ts'
import { LOST, LOST_IN_A_MOVE } from './broken.ts'
import { patch } from './patch.ts'

export const MUTANTS_OF_SHARDS: Readonly<Record<string, Mutant>> = {
  'the cache is filled before the commit': {
    foundBy: ['S9'],
    begin: () =>
      patch(
        ReplicaRows.prototype,
        'apply',
        (original) =>
          function (this: ReplicaRows, rows) {
            for (const row of rows) {
              const known = this.cache.get(row.key)
              const isNewer = !known || compareVersions(row.version, known.version) > 0
              if (isNewer) this.cache.set(row.key, row)
            }
            return original.call(this, rows)
          } as ReplicaRows['apply'],
      ),
  },
  'an emptied disk keeps its identity': {
    foundBy: LOST,
    needs: ['emptied-disk', 'cuts', 'few-hints'],
    emptied: (before) => {
      const kept = ['shard-id', 'ring'].map((name) => [name, before.getMeta(name)] as const)
      return (after) => {
        for (const [name, value] of kept) if (value !== undefined) after.setMeta(name, value)
      }
    },
  },
  'no epoch is fenced': {
    foundBy: [...LOST_IN_A_MOVE, 'S24'],
    needs: ['late-coordinator', 'reshaping'],
    begin: () => {
      const undo = [
        patch(RingCopy.prototype, 'refusal', () => () => undefined),
        patch(RingCopy.prototype, 'refusalOfAll', () => () => undefined),
      ]
      return () => {
        for (const one of undo) one()
      }
    },
  },
  'a value expires so long after it arrived': {
    foundBy: ['S18'],
    endpoint: (endpoint, clock) =>
      withRows(endpoint, (row) => {
        const e = row.e === null ? null : clock.wallMs() + (row.e - wallOf(row.t))
        return { ...row, e }
      }),
  },
  'an expiry is forgotten': {
    foundBy: ['S18'],
    endpoint: (endpoint) => withRows(endpoint, (row) => ({ ...row, e: null })),
  },
  'the text is parsed and written again': {
    foundBy: ['S8'],
    endpoint: (endpoint) =>
      withRows(endpoint, (row) => {
        return { ...row, v: row.v === null ? null : JSON.stringify(JSON.parse(row.v)) }
      }),
  },
  'rows are merged by arrival': {
    foundBy: LOST,
    engine: mergingByArrival,
  },
  'a deletion leaves nothing behind': {
    foundBy: ['S7', 'S23'],
    engine: (engine, disk) => ({
      ...engine,
      apply(rows) {
        const versions = engine.apply(rows)
        for (const { partition, key, text } of rows) if (text === null) disk.forget(partition, key)
        return versions
      },
    }),
  },
  'a full disk says that it has written': {
    foundBy: LOST,
    needs: ['full-disks'],
    engine: (engine) => ({
      ...engine,
      apply(rows) {
        try {
          return engine.apply(rows)
        } catch (error) {
          if (!(error instanceof EngineError) || error.code !== 'full') throw error
          return rows.map(({ version }) => version)
        }
      },
    }),
  },
}

function mergingByArrival(engine: KeyValueEngine, disk: { forget: Forget }): KeyValueEngine {
  return {
    ...engine,
    apply(rows) {
      for (const { partition, key } of rows) disk.forget(partition, key)
      return engine.apply(rows)
    },
  }
}

type Forget = (partition: number, key: string) => void

/** The endpoint of a shard that makes something else of the rows it is sent. */
function withRows(endpoint: Endpoint, change: (row: WireRow) => WireRow): Endpoint {
  return (request) => {
    const { ops } = request as { ops?: { row?: WireRow }[] }
    for (const operation of ops ?? []) if (operation.row) operation.row = change(operation.row)
    return endpoint(request)
  }
}
