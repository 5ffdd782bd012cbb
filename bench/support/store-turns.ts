/**
 * Who writes which key next: deals out the requests of an order to clients, in one of several
 * processes that never meet and yet never write the same value, nor the same conditional key.
 */
import type { Turn } from './store-driver.ts'
import { scattered } from './store-keys.ts'
import { BATCH_KEYS, type GeneratorShare, type StoreOrder } from './store-order.ts'

export interface Progress {
  readonly order: StoreOrder
  readonly share: Pick<GeneratorShare, 'number' | 'of'>
  /** Requests dealt out in this process. */
  requests: number
  nextValue: number
}

export function progressOf(order: StoreOrder, share: Progress['share']): Progress {
  return { order, share, requests: 0, nextValue: order.firstValue }
}

/** Undefined when the order is through. */
export function nextTurn(progress: Progress, client: number, afterMs: number): Turn | undefined {
  const { order, share } = progress
  /** Its number among the requests of all processes. */
  const request = share.number + share.of * progress.requests
  const { until } = order
  const isOver = until.kind === 'time' ? afterMs >= until.forMs : request >= until.requests
  if (isOver) return undefined
  progress.requests += 1
  const size = order.operation === 'batch' ? BATCH_KEYS : 1
  const value = order.firstValue + request * size
  progress.nextValue = value + size
  const keys = Array.from({ length: size }, (_, n) =>
    keyOf(progress, client, request * size + n, value + n),
  )
  return { client, keys, value }
}

function keyOf({ order, share }: Progress, client: number, place: number, value: number): number {
  if (order.keyOrder === 'each') return place % order.keys
  if (order.operation !== 'update') return scattered(value, order.keys)
  // Each client keeps to keys of its own, so that a condition fails only when the store is wrong.
  const clients = Math.max(share.of, order.clients)
  const own = share.number + share.of * client
  return own + clients * scattered(value, Math.max(1, Math.floor(order.keys / clients)))
}
