/**
 * Changes of the ring as an operator asks for them, and when they are through.
 */
import { eventually } from '../../test/support/eventually.ts'

export type RingOrder =
  | { readonly change: 'add-node' | 'remove-node'; readonly node: string }
  | { readonly change: 'replace-node'; readonly node: string; readonly with: string }

interface RingInfo {
  readonly nodes: readonly string[]
  /** Null or absent when nothing moves. */
  readonly rebalance?: object | null
}

/** What was said when the ring did not change. */
export async function changeRing(url: string, order: RingOrder): Promise<string | undefined> {
  const { change, ...body } = order
  const response = await fetch(`${url}/sharding/${change}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const isTaken = response.ok && (JSON.parse(text) as { status: string }).status === 'success'
  return isTaken ? undefined : `answered ${response.status}: ${text}`
}

export async function isThrough(url: string, order: RingOrder): Promise<boolean> {
  return isSettled((await (await fetch(`${url}/sharding/info`)).json()) as RingInfo, order)
}

/** Is every shard where it shall be, and does nothing move any more? */
export function isSettled({ nodes, rebalance = null }: RingInfo, order: RingOrder): boolean {
  if (rebalance !== null) return false
  if (order.change === 'add-node') return nodes.includes(order.node)
  const came = order.change === 'replace-node' ? nodes.includes(order.with) : true
  return came && !nodes.includes(order.node)
}

/** Rejects when it is not through after so long. */
export async function untilThrough(url: string, order: RingOrder, waitMs: number): Promise<void> {
  await eventually(`${order.change} is through`, () => isThrough(url, order), waitMs)
}
