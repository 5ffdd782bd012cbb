/**
 * The conditional lane under torture: the clients of the simulation over HTTP, on keys under `cas:`
 * of which new ones come with each generation. A store that tells no etag does not offer the lane;
 * then it is left alone, since what its answers mean is not promised.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ChangeAnswer,
  type ConditionalChange,
  type ConditionalKey,
  type ConditionalRead,
  type ConditionalStore,
  conditionalKeys,
  readConditionalKeys,
  runConditionalClient,
} from '../sim/conditional-workload.ts'
import type { History } from '../sim/history.ts'
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import { readEnd, writeEnd } from './answers.ts'
import type { ClientAnswer } from './client-messages.ts'
import type { ClientProcess } from './client-process.ts'
import type { WorkloadOptions } from './workload.ts'

/** Of each client on the keys of one generation. */
const GENERATION_STEPS = 60
const THINK_MS_MAX = 100
const PATIENCE_MS = 8_000
const PROBE_KEY = 'cas:probe'
const MISMATCH = 412

export function conditionalGeneration(generation: number): readonly ConditionalKey[] {
  return conditionalKeys(`cas:${generation}:`)
}

export class ConditionalWorkload {
  private readonly options: WorkloadOptions
  private readonly history: History
  private generations = 0
  private isStopping = false
  private working: Promise<unknown> = Promise.resolve()

  constructor(options: WorkloadOptions, history: History) {
    this.options = options
    this.history = history
  }

  /** Is the lane there? */
  async isOffered(): Promise<boolean> {
    const store = httpConditional(must(this.options.clients[0]), this.anyCoordinator.url)
    await store.change(PROBE_KEY, { text: '{}' })
    const read = await store.readConditional(PROBE_KEY)
    return read.kind === 'found' && read.etag !== NO_ETAG
  }

  begin(): void {
    this.working = Promise.all(this.options.clients.map((client) => this.work(client)))
  }

  async stop(): Promise<void> {
    this.isStopping = true
    await this.working
  }

  /** Reads every key through every coordinator; the number of generations without an answer. */
  async readAll(): Promise<number> {
    let missing = 0
    for (const { name, url } of this.options.coordinators) {
      const store = httpConditional(must(this.options.clients[0]), url)
      for (let generation = 0; generation < this.generations; generation += 1) {
        const keys = conditionalGeneration(generation)
        const isKnown = await readConditionalKeys(this.history, store, name, keys)
        if (!isKnown) missing += 1
      }
    }
    return missing
  }

  private async work(client: ClientProcess): Promise<void> {
    const random = this.options.random.fork(`conditional ${client.name}`)
    for (let generation = 0; !this.isStopping; generation += 1) {
      this.generations = Math.max(this.generations, generation + 1)
      const name = `${client.name} of generation ${generation}`
      const keys = conditionalGeneration(generation)
      const own = random.fork(name)
      await runConditionalClient(name, GENERATION_STEPS, this.worldOf(client, own), keys, own)
    }
  }

  private worldOf(client: ClientProcess, random: Random) {
    return {
      history: this.history,
      // Once all shall end, the rest of the steps are taken without thinking.
      pause: () => sleep(this.isStopping ? 0 : random.below(THINK_MS_MAX)),
      door: async () => {
        const { coordinators } = this.options
        const { name, url } = must(coordinators[random.below(coordinators.length)])
        return { via: name, store: httpConditional(client, url) }
      },
    }
  }

  private get anyCoordinator() {
    return must(this.options.coordinators[0])
  }
}

/** What stands for the etag where none was told. */
const NO_ETAG = ''

export function httpConditional(
  client: Pick<ClientProcess, 'ask'>,
  origin: string,
): ConditionalStore {
  const ask = (order: Omit<Parameters<ClientProcess['ask']>[0], 'origin' | 'patienceMs'>) =>
    client.ask({ ...order, origin, patienceMs: PATIENCE_MS })
  return {
    async readConditional(key) {
      return conditionalRead(await ask({ method: 'GET', path: pathOf(key) }))
    },
    async change(key, change) {
      const headers = headersOf(change)
      const { text } = change
      const what =
        text === null
          ? ({ method: 'DELETE' } as const)
          : ({ method: 'PUT', body: `{"value":${text}}` } as const)
      return changeAnswer(await ask({ ...what, path: pathOf(key), headers }))
    },
  }
}

function headersOf({ ifMatch, ifNoneMatch, requestId }: ConditionalChange) {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
    ...(requestId === undefined ? {} : { 'idempotency-key': requestId }),
  }
}

function conditionalRead(answer: ClientAnswer): ConditionalRead {
  const end = readEnd(answer)
  if (end.kind === 'none') return { kind: 'unavailable' }
  if (end.kind === 'absent') return { kind: 'absent', etag: null }
  const etag = answer.kind === 'answer' ? answer.etag : null
  return { kind: 'found', text: end.text, etag: etag ?? NO_ETAG }
}

function changeAnswer(answer: ClientAnswer): ChangeAnswer {
  const etag = answer.kind === 'answer' ? answer.etag : null
  if (answer.kind === 'answer' && answer.status === MISMATCH) return { kind: 'mismatch', etag }
  const end = writeEnd(answer)
  return end === 'done' ? { kind: 'done', etag } : { kind: end }
}

const pathOf = (key: string): string => `/key/${encodeURIComponent(key)}`
