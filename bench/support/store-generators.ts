/**
 * The processes that put load on one system, as one: an order goes to all of them, and what they
 * did is added up. More than one where there are cores to spare, because a generator at its limit
 * measures itself.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { mergeLoads, type StoreLoad, type StoreOrder, type System } from './store-order.ts'

export interface Generators {
  load(order: Omit<StoreOrder, 'firstValue'>): Promise<StoreLoad>
  stop(): void
}

const PROGRAM = new URL('../processes/store-load.ts', import.meta.url).pathname
/** Servers need the other cores. */
const CORES_FOR_EACH = 4
const GENERATORS_MAX = 4

/** A power of two, so that clients can be dealt out evenly. */
export function generatorCount(cores = availableParallelism()): number {
  const wished = Math.min(GENERATORS_MAX, Math.max(1, cores / CORES_FOR_EACH))
  return 2 ** Math.floor(Math.log2(wished))
}

export async function startGenerators(
  system: System,
  urls: readonly string[],
): Promise<Generators> {
  const of = generatorCount()
  const children = await Promise.all(
    Array.from({ length: of }, (_, number) =>
      startOne(JSON.stringify({ system, urls, number, of })),
    ),
  )
  let firstValue = 0
  return {
    async load(order) {
      const loads = await Promise.all(children.map((child) => ask(child, { ...order, firstValue })))
      const load = mergeLoads(loads)
      firstValue = load.nextValue
      return load
    },
    stop() {
      for (const child of children) child.disconnect()
    },
  }
}

/** It ends by itself when this process is gone. */
async function startOne(share: string): Promise<ChildProcess> {
  const child = fork(PROGRAM, [share], {
    serialization: 'advanced',
    execArgv: [],
    env: { PATH: process.env.PATH ?? '' },
  })
  await answerOf(child)
  return child
}

async function ask(child: ChildProcess, order: StoreOrder): Promise<StoreLoad> {
  child.send(order)
  return (await answerOf(child)) as StoreLoad
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`A load generator ended with ${code}.`)
  })
  ended.catch(() => {})
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal: over.signal }), ended])
    return answer
  } finally {
    over.abort()
  }
}
