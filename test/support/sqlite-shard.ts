/**
 * A shard on a real SQLite file, for stories about what a disk does to rows: it is stopped, its
 * file is changed behind its back, and it is started again.
 */
import { DatabaseSync } from 'node:sqlite'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { openSqliteEngine } from '../../src/adapters/sqlite-engine.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import type { Address } from '../../src/ports/network.ts'
import { createShard, type Shard } from '../../src/store/shard/shard.ts'
import { rowToWire } from '../../src/store/shard/wire-rows.ts'
import type { ShardReply, ShardRequest, WireRow } from '../../src/store/wire.ts'
import type { Mood, TestShard } from './fake-shards.ts'
import { silentTrace } from './traces.ts'

export class SqliteShard implements TestShard {
  readonly address: Address
  mood: Mood = 'well'
  held: Promise<void> | null = null
  refusal: 'full' | null = null
  readonly arrived: Record<string, number> = {}
  private readonly path: string
  private engine: KeyValueEngine
  private shard: Shard

  constructor(address: Address, path: string) {
    this.address = address
    this.path = path
    this.engine = openSqliteEngine({ path })
    this.shard = this.opened()
  }

  get id(): string {
    return this.shard.id
  }

  get ring() {
    return JSON.parse(this.engine.getMeta('ring') ?? 'null')
  }

  /** Throws where a row is damaged. */
  get rows(): ReadonlyMap<string, WireRow> {
    const everything = { from: '', to: null }
    const rows = this.engine
      .partitions()
      .flatMap((partition) => this.engine.scan(partition, everything, 1_000, false))
    return new Map(rows.map((row) => [row.key, rowToWire(row)]))
  }

  /** Runs SQL on the file while the shard is stopped. */
  async tamper(sql: string): Promise<void> {
    await this.stop()
    const database = new DatabaseSync(this.path)
    database.exec(sql)
    database.close()
    this.engine = openSqliteEngine({ path: this.path })
    this.shard = this.opened()
    this.mood = 'well'
  }

  /** Answers nobody any more; its file is closed once what waits is written. */
  async stop(): Promise<void> {
    this.mood = 'stopped'
    await this.shard.run(AbortSignal.abort())
    this.engine.close()
  }

  emptyDisk(): never {
    throw new Error('no story empties this disk')
  }

  movedTo(): never {
    throw new Error('no story moves this shard')
  }

  answer(request: ShardRequest): Promise<ShardReply> {
    this.arrived[request.kind] = (this.arrived[request.kind] ?? 0) + 1
    return this.shard.endpoint(request) as Promise<ShardReply>
  }

  private opened(): Shard {
    const world = { clock: systemClock, random: seededRandom(this.path), trace: silentTrace }
    return createShard({ ...world, engine: this.engine }, { dbPath: this.path })
  }
}
