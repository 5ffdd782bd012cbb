/**
 * What a generator process asks of a driver: one request to one system, as a client would send it.
 */
import type { Operation } from './store-order.ts'

export interface Turn {
  /** Which client asks; a driver may give each a connection of its own. */
  readonly client: number
  /** Which key, or with `batch` which hundred of keys. */
  readonly keys: readonly number[]
  /** Number of the document for the first key; those of further keys follow it. */
  readonly value: number
}

/** How many keys went well and, if not all, what went wrong. Never rejects. */
export interface Shot {
  readonly done: number
  readonly wrong?: string
}

export interface Driver {
  /** Connections are there when it resolves. Throws for an operation that the system lacks. */
  prepare(operation: Operation, clients: number): Promise<(turn: Turn) => Promise<Shot>>
  close(): Promise<void>
}

export const WELL: Shot = { done: 1 }
export const wrong = (reason: string): Shot => ({ done: 0, wrong: reason })
