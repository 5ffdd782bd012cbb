/**
 * The store under torture: shards and coordinators as real processes, each behind a proxy, founded
 * and ready. Shards may come and go while it runs.
 */
import { eventually } from '../test/support/eventually.ts'
import { wireClient } from '../test/support/wire-client.ts'
import { Links } from './links.ts'
import { Callers, Member, type MemberKind, type MemberWorld } from './member.ts'
import { type RingSeen, ringSeen } from './ring-info.ts'

export interface ClusterSize {
  readonly shards: number
  readonly coordinators: number
}

const READY_MS = 120_000

export class Cluster {
  readonly links = new Links()
  readonly callers = new Callers()
  /** What went wrong with processes by themselves. */
  readonly failures: string[] = []
  shards: Member[] = []
  coordinators: Member[] = []
  private readonly world: MemberWorld
  private made = 0

  constructor(env: Readonly<Record<string, string>> = {}) {
    const onFailure = (sentence: string) => void this.failures.push(sentence)
    this.world = { links: this.links, callers: this.callers, env, onFailure }
  }

  /** Resolves when a ring of all shards stands and every coordinator goes by it. */
  async found({ shards, coordinators }: ClusterSize): Promise<void> {
    this.shards = await Promise.all(Array.from({ length: shards }, () => this.newShard()))
    const nodes = this.shards.map(({ url }) => url).join(',')
    this.coordinators = Array.from({ length: coordinators }, (_, n) =>
      this.member(`coordinator ${n + 1}`, 'coordinator'),
    )
    for (const one of this.coordinators) {
      await one.open()
      await one.start(['--bootstrap-nodes', nodes])
    }
    for (const one of this.coordinators) await this.untilReady(one, shards)
  }

  /** A shard that runs and is in no ring. */
  async newShard(): Promise<Member> {
    this.made += 1
    const shard = this.member(`shard ${this.made}`, 'shard')
    await shard.open()
    await shard.start()
    return shard
  }

  /** It is in no ring any more. */
  async forget(gone: Member): Promise<void> {
    this.shards = this.shards.filter((shard) => shard !== gone)
    await gone.leave()
  }

  /** Those that a coordinator is given to find the ring with. */
  get bootstrapFlags(): readonly string[] {
    return ['--bootstrap-nodes', this.shards.map(({ url }) => url).join(',')]
  }

  get members(): readonly Member[] {
    return [...this.shards, ...this.coordinators]
  }

  /** Links are mended, who is stopped goes on, who is down is started; then all must be well. */
  async heal(): Promise<void> {
    this.links.mendAll()
    for (const member of this.members) member.resume()
    await Promise.all(this.shards.map((shard) => shard.start()))
    await Promise.all(this.coordinators.map((one) => one.start(this.bootstrapFlags)))
    for (const one of this.coordinators) {
      await this.untilReady(one, this.shards.length).catch(({ message }: Error) => {
        this.failures.push(message)
      })
    }
  }

  /** The ring as each coordinator sees it. */
  async rings(): Promise<readonly RingSeen[]> {
    const infos = this.coordinators.map(({ url }) => wireClient(url).get('/sharding/info'))
    return (await Promise.all(infos)).map(({ body }) => ringSeen(body))
  }

  async close(): Promise<void> {
    for (const member of this.members) await member.leave()
    this.shards = []
    this.coordinators = []
  }

  private async untilReady({ url, name }: Member, shards: number): Promise<void> {
    const client = wireClient(url)
    await eventually(
      `${name} goes by a ring of ${shards} shards and reaches it`,
      async () => {
        const { body } = await client.get('/sharding/info')
        if (body.total_nodes !== shards || body.reachable !== true) {
          throw new Error(JSON.stringify(body))
        }
        return true
      },
      READY_MS,
    )
  }

  private member(name: string, kind: MemberKind): Member {
    return new Member(name, kind, this.world)
  }
}
