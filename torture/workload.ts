/**
 * What is asked of the store while it is being tortured: hands of client processes that write,
 * read, delete and scan keys on which they meet, through whichever coordinator answers. What they
 * saw is noted in the history of the simulation, with moments from the one counter here: a request
 * begins before it is handed to its process and ends after the answer has come back, so its span is
 * never shorter than the truth.
 *
 * Shards, coordinators and clients are one machine here and have one clock, by which values with a
 * lifetime are judged.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { History, OPEN, type WriteEntry } from '../sim/history.ts'
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import { batchWriteEnd, failureOf, readEnd, scannedTexts, writeEnd } from './answers.ts'
import type { ClientAnswer } from './client-messages.ts'
import type { ClientProcess, Order } from './client-process.ts'
import { drawKey, generationAt, keysOf, prefixOf, type UsedKey } from './keys.ts'
import { Tally } from './tally.ts'
import { padded, textOf, unpadded } from './texts.ts'

export interface WorkloadOptions {
  readonly clients: readonly ClientProcess[]
  /** Where the coordinators are reached. */
  readonly coordinators: readonly { readonly name: string; readonly url: string }[]
  readonly random: Random
}

export const HANDS_PER_CLIENT = 4
const THINK_MS_MAX = 60
const PATIENCE_MS = 8_000
/** After no answer a coordinator is left alone for so long. */
const AVOID_MS = 1_000
const TTL_SECONDS_MAX = 6
const ORDER_BACK_MS_MAX = 5_000
const DELETE_CHANCE = 0.25
const LOOK_CHANCE = 0.5

interface Hand {
  readonly name: string
  readonly client: ClientProcess
  readonly random: Random
}

type Coordinator = WorkloadOptions['coordinators'][number]

export class Workload {
  readonly history = new History()
  readonly tally = new Tally()
  private readonly options: WorkloadOptions
  private readonly avoidUntilMs = new Map<Coordinator, number>()
  private operations = 0
  private isStopping = false
  private working: Promise<unknown> = Promise.resolve()

  constructor(options: WorkloadOptions) {
    this.options = options
  }

  begin(): void {
    const { clients, random } = this.options
    const hands = clients.flatMap((client) =>
      Array.from({ length: HANDS_PER_CLIENT }, (_, n): Hand => {
        const name = `${client.name}, hand ${n + 1}`
        return { name, client, random: random.fork(name) }
      }),
    )
    this.working = Promise.all(hands.map((hand) => this.work(hand)))
  }

  /** Resolves when the last request has been answered or given up. */
  async stop(): Promise<void> {
    this.isStopping = true
    await this.working
  }

  /** Every key that was used. */
  get usedKeys(): readonly UsedKey[] {
    const last = generationAt(this.operations)
    return Array.from({ length: last + 1 }, (_, generation) => keysOf(generation)).flat()
  }

  /** Reads every key through every coordinator; the number of those that nobody answered. */
  async readAll(): Promise<number> {
    const { coordinators, clients, random } = this.options
    const hands = clients.map((client) => ({ name: client.name, client, random }))
    let missing = 0
    for (const coordinator of coordinators) {
      const left = [...this.usedKeys]
      const readRest = async (hand: Hand) => {
        for (let used = left.pop(); used; used = left.pop()) {
          const isKnown = await this.read(hand, coordinator, used)
          if (!isKnown) missing += 1
        }
      }
      await Promise.all(hands.map(readRest))
    }
    return missing
  }

  private async work(hand: Hand): Promise<void> {
    while (!this.isStopping) {
      await sleep(hand.random.below(THINK_MS_MAX))
      const coordinator = this.pickCoordinator(hand.random)
      const used = drawKey(hand.random, this.operations)
      this.operations += 1
      const draw = hand.random.below(100)
      if (draw < 45) await this.read(hand, coordinator, used)
      else if (draw < 50) await this.scan(hand, coordinator)
      else await this.writeAndLook(hand, coordinator, used)
    }
  }

  /** Often what was acknowledged is looked at at once, through whoever else is there. */
  private async writeAndLook(hand: Hand, coordinator: Coordinator, used: UsedKey): Promise<void> {
    const isAcknowledged = await this.write(hand, coordinator, used)
    if (!isAcknowledged || !hand.random.chance(LOOK_CHANCE)) return
    await this.read(hand, this.pickCoordinator(hand.random, coordinator), used)
  }

  /** As a client that fails over: where nobody answered just now it does not ask. */
  private pickCoordinator(random: Random, other?: Coordinator): Coordinator {
    const coordinators = this.options.coordinators.filter((one) => one !== other)
    const nowMs = performance.now()
    const good = coordinators.filter((one) => (this.avoidUntilMs.get(one) ?? 0) <= nowMs)
    const choice = good.length > 0 ? good : coordinators
    return must(choice[random.below(choice.length)])
  }

  private async ask(
    { client }: Hand,
    coordinator: Coordinator,
    order: Omit<Order, 'origin' | 'patienceMs'>,
  ): Promise<ClientAnswer> {
    const end = this.tally.begin()
    const answer = await client.ask({ ...order, origin: coordinator.url, patienceMs: PATIENCE_MS })
    end(failureOf(order.method, answer))
    if (answer.kind === 'silence') {
      this.avoidUntilMs.set(coordinator, performance.now() + AVOID_MS)
    }
    return answer
  }

  /** False when it could not be known. */
  private async read(hand: Hand, coordinator: Coordinator, used: UsedKey): Promise<boolean> {
    const begun = this.beginRead()
    const answer = await this.ask(hand, coordinator, { method: 'GET', path: pathOf(used.key) })
    const end = readEnd(answer)
    if (end.kind === 'none') return false
    this.noteRead(begun, coordinator, used, end.kind === 'found' ? unpadded(end.text) : null, false)
    return true
  }

  /** What a page lacks it says to be absent. */
  private async scan(hand: Hand, coordinator: Coordinator): Promise<void> {
    const generation = hand.random.below(generationAt(this.operations) + 1)
    const begun = this.beginRead()
    const prefix = encodeURIComponent(prefixOf('plain', generation))
    const path = `/scan?prefix=${prefix}&limit=100&as=text`
    const texts = scannedTexts(await this.ask(hand, coordinator, { method: 'GET', path }))
    if (!texts) return
    for (const used of keysOf(generation).filter(({ lane }) => lane === 'plain')) {
      this.noteRead(begun, coordinator, used, unpaddedOrNull(texts.get(used.key)), true)
    }
  }

  private beginRead() {
    return { start: this.history.tick(), wallMinMs: Date.now() }
  }

  private noteRead(
    begun: { readonly start: number; readonly wallMinMs: number },
    { name: via }: Coordinator,
    { key, lane }: UsedKey,
    text: string | null,
    isScan: boolean,
  ): void {
    const { history } = this
    history.reads.push({
      ...{ id: history.nextId(), key, lane, via, isScan, text, order: null, ...begun },
      ...{ end: history.tick(), wallMaxMs: Date.now() + 1 },
    })
  }

  /** True when it was acknowledged. */
  private async write(hand: Hand, coordinator: Coordinator, used: UsedKey): Promise<boolean> {
    const { entry, ttlSeconds } = this.planWrite(hand, coordinator.name, used)
    const startMs = performance.now()
    const attempt = { key: used.key, startMs, endMs: OPEN, isAcknowledged: false }
    this.tally.attempts.push(attempt)
    const answer = await this.ask(hand, coordinator, orderOf(entry, ttlSeconds))
    const atMs = performance.now()
    const end = entry.order === null ? writeEnd(answer) : batchWriteEnd(answer)
    entry.outcome = end
    attempt.endMs = atMs
    attempt.isAcknowledged = end === 'done'
    if (end !== 'done') return false
    entry.end = this.history.tick()
    if (ttlSeconds !== null) entry.expiresMaxMs = Date.now() + 1 + ttlSeconds * 1_000
    this.tally.acks.push({ atMs, tookMs: atMs - startMs })
    return true
  }

  private planWrite({ random }: Hand, via: string, { key, lane }: UsedKey) {
    const { history } = this
    const id = history.nextId()
    const isDeletion = lane === 'plain' && random.chance(DELETE_CHANCE)
    const ttlSeconds =
      lane === 'ttl' && random.chance(0.8) ? 1 + random.below(TTL_SECONDS_MAX) : null
    const entry: WriteEntry = {
      ...{ id, key, lane, via, text: isDeletion ? null : textOf(id) },
      order: lane === 'ordered' ? Date.now() - random.below(ORDER_BACK_MS_MAX) : null,
      expiresMinMs: ttlSeconds === null ? null : Date.now() + ttlSeconds * 1_000,
      // Until it is acknowledged nobody knows when it begins.
      expiresMaxMs: ttlSeconds === null ? null : OPEN,
      ...{ start: history.tick(), end: OPEN, outcome: 'pending' },
    }
    history.writes.push(entry)
    return { entry, ttlSeconds }
  }
}

const unpaddedOrNull = (text: string | undefined): string | null =>
  text === undefined ? null : unpadded(text)

const pathOf = (key: string): string => `/key/${encodeURIComponent(key)}`

/** An order of its own is told in a batch of one. */
function orderOf({ key, text, order }: WriteEntry, ttlSeconds: number | null) {
  if (order !== null) {
    const body = JSON.stringify({
      operations: [{ op: 'put', key, text: padded(text ?? ''), order }],
    })
    return { method: 'POST', path: '/batch', body } as const
  }
  if (text === null) return { method: 'DELETE', path: pathOf(key) } as const
  const body = `{"value":${padded(text)},"ttl":${ttlSeconds}}`
  return { method: 'PUT', path: pathOf(key), body } as const
}
