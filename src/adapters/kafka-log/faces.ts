/**
 * What the adapter asks of the client library, as four small faces: questions about topics, a
 * producer, a reader of one partition, a member of a group. client.ts stands behind them; a test
 * may stand there instead.
 */
import type { Chunk } from './decode.ts'

/** What a failure of Kafka means to us. */
export type FailureKind =
  | 'unknown-topic'
  | 'too-large'
  | 'out-of-range'
  | 'exists'
  /** The group has forgotten this member. */
  | 'not-a-member'
  /** The group is being shared out anew. */
  | 'moving'
  /** Everything that may pass: no connection, no leader, a broker that is starting. */
  | 'away'

export interface TopicFacts {
  readonly id: string
  readonly partitions: number
  /** Whether each partition has a broker that leads it. */
  readonly isLed: boolean
}

export interface KafkaAdmin {
  brokers(): Promise<number>
  /** Names of all. */
  topics(): Promise<readonly string[]>
  topic(name: string): Promise<TopicFacts>
  create(
    name: string,
    partitions: number,
    replicas: number,
    configs: Readonly<Record<string, string>>,
  ): Promise<void>
  /** For each partition named: the oldest offset kept, or the one the next record gets. */
  offsets(
    topic: string,
    partitions: readonly number[],
    end: 'first' | 'next',
  ): Promise<readonly number[]>
  /** For each partition named; -1 where the group has committed nothing. */
  committed(group: string, topic: string, partitions: readonly number[]): Promise<readonly number[]>
  close(): Promise<void>
}

export interface Message {
  readonly key: Buffer | undefined
  readonly value: Buffer
}

export interface KafkaProducer {
  partitions(topic: string): Promise<number>
  /** Resolves to the offset of the first when all are durable. Tries until it is closed. */
  send(topic: string, partition: number, messages: readonly Message[]): Promise<number>
  close(): Promise<void>
}

export interface KafkaReader {
  /** Waits a little where there is nothing yet. */
  fetch(from: number): Promise<Chunk>
  close(): Promise<void>
}

/** One membership: what a commit is checked against. */
export interface Membership {
  readonly memberId: string
  readonly generation: number
}

export interface JoinedMembership extends Membership {
  readonly partitions: readonly number[]
}

export interface KafkaMember {
  /** Joins, and keeps the membership alive from then on. */
  join(): Promise<void>
  commit(membership: Membership, partition: number, next: number): Promise<void>
  /** Leaves politely where the broker can still be reached. */
  leave(): Promise<void>
  /** Closes the connections, whatever they wait for. */
  abandon(): Promise<void>
}

export interface MemberListener {
  /** Called after each sharing out, the first included. */
  joined(membership: JoinedMembership): void
  /** The membership cannot be kept: another member must be opened. */
  lost(error: unknown): void
}
