/**
 * Orders for the processes that put load on a store, and what they answer. The same orders go to
 * every system, so that the lines of the table differ in nothing but the system.
 */
export const SYSTEMS = ['energyguard', 'etcd', 'redis'] as const
export type System = (typeof SYSTEMS)[number]

/** `create` and `update` are conditional: the key must be absent, or as it was last seen. */
export type Operation = 'put' | 'get' | 'batch' | 'create' | 'update'

/** Keys of one `POST /batch`. */
export const BATCH_KEYS = 100

export interface StoreOrder {
  readonly operation: Operation
  /** Each sends its next request when the last was answered. */
  readonly clients: number
  readonly keys: number
  /** `each`: the keys one after another; `any`: evenly by chance. */
  readonly keyOrder: 'each' | 'any'
  readonly until:
    | { readonly kind: 'time'; readonly forMs: number }
    | { readonly kind: 'count'; readonly requests: number }
  /** The first number of a value; every value is written once, so none is like another. */
  readonly firstValue: number
}

/** One of several processes that share an order. */
export interface GeneratorShare {
  readonly system: System
  /** Where the system listens; more than one when it is for the client to choose. */
  readonly urls: readonly string[]
  readonly number: number
  readonly of: number
}

export interface StoreLoad {
  /** Keys written or read well. */
  readonly done: number
  readonly errors: number
  /** What went wrong, and how often. */
  readonly reasons: Readonly<Record<string, number>>
  readonly seconds: number
  /** Of each request that went well. */
  readonly tookMs: Float64Array
  /** Of the request that took longest, whether it went well or not; 0 = there was none. */
  readonly longestMs: number
  /** The first number of a value that was not used. */
  readonly nextValue: number
  /** Processor time of the generator itself. */
  readonly cpuSeconds: number
  /** Share of the time that its event loop was busy, 0 .. 1; near 1 it is what was measured. */
  readonly busy: number
}

/** What several processes did together. */
export function mergeLoads(loads: readonly StoreLoad[]): StoreLoad {
  const sum = (pick: (load: StoreLoad) => number) =>
    loads.reduce((total, load) => total + pick(load), 0)
  const largest = (pick: (load: StoreLoad) => number) => Math.max(...loads.map(pick))
  return {
    done: sum(({ done }) => done),
    errors: sum(({ errors }) => errors),
    reasons: addUp(loads.map(({ reasons }) => reasons)),
    seconds: largest(({ seconds }) => seconds),
    tookMs: joined(loads.map(({ tookMs }) => tookMs)),
    longestMs: largest(({ longestMs }) => longestMs),
    nextValue: largest(({ nextValue }) => nextValue),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    busy: largest(({ busy }) => busy),
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export function addUp(
  counts: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const total: Record<string, number> = {}
  for (const [name, count] of counts.flatMap((one) => Object.entries(one))) {
    total[name] = (total[name] ?? 0) + count
  }
  return total
}
