/**
 * The network between the processes: each message travels alone, as text, with a delay of its own,
 * so messages overtake each other. Requests and replies are lost, carried out twice, cut off in one
 * direction; a process that is not there refuses or says nothing.
 *
 * A request is carried out a second time only when nothing in it was refused the first time. No
 * transport of ours delivers a request twice (one POST, never repeated); a replay of what was done
 * is what a proxy or a retransmission could do, and must change nothing.
 */
import {
  type Address,
  type Answer,
  type Endpoint,
  type Message,
  messageText,
  type Network,
} from '../src/ports/network.ts'
import type { Random } from '../src/ports/random.ts'
import type { Quartz } from './clock.ts'
import type { Kernel, Life } from './kernel.ts'

export interface NetworkFaults {
  /** Of each message, one way. */
  lossChance: number
  replayChance: number
  /** Of each message: that it takes long. */
  slowChance: number
}

const DELAY_US_MAX = 4_000
const SLOW_MS_MAX = 4_000
/** One of so many messages to nobody is answered by a refusal; the others by silence. */
const REFUSED_CHANCE = 0.5

export interface Asker {
  readonly name: string
  readonly life: Life
  readonly quartz: Quartz
}

interface Listener {
  readonly name: string
  readonly life: Life
  readonly endpoint: Endpoint
}

export class SimNetwork {
  readonly faults: NetworkFaults
  /** Pairs `from>to` between which nothing travels. */
  readonly cuts = new Set<string>()
  /** Every message takes so many times as long. */
  slowness = 1
  private readonly kernel: Kernel
  private readonly random: Random
  private readonly listeners = new Map<Address, Listener>()

  constructor(kernel: Kernel, random: Random, faults: NetworkFaults) {
    this.kernel = kernel
    this.random = random
    this.faults = faults
  }

  listen(address: Address, listener: Listener): void {
    this.listeners.set(address, listener)
  }

  /** As one process sees it. */
  face(asker: Asker): Network {
    return {
      ask: (to, request, timeoutMs) => this.ask(asker, to, request, timeoutMs),
      close: async () => {},
    }
  }

  private ask(asker: Asker, to: Address, request: Message, timeoutMs: number): Promise<Answer> {
    const { kernel } = this
    const text = messageText(request)
    return new Promise((resolve) => {
      const late = kernel.at(asker.quartz.truly(timeoutMs), asker.life, 'timeout', () =>
        resolve({ kind: 'silence', reason: `no answer within ${timeoutMs} ms` }),
      )
      const settle = (answer: Answer) => {
        late.cancel()
        resolve(answer)
      }
      this.sendRequest(asker, to, text, settle)
    })
  }

  private sendRequest(asker: Asker, to: Address, text: string, settle: (a: Answer) => void): void {
    const name = nameOf(to)
    const isLost = this.isCut(asker.name, name) || this.random.chance(this.faults.lossChance)
    if (isLost) return
    const label = `${asker.name}>${name}`
    this.kernel.at(this.delayMs(), this.kernel.world, label, () => {
      const listener = this.listeners.get(to)
      if (listener && !listener.life.isOver) this.deliver(asker, listener, text, settle)
      else if (this.random.chance(REFUSED_CHANCE)) this.refuse(asker, name, settle)
    })
  }

  private refuse(asker: Asker, name: string, settle: (answer: Answer) => void): void {
    this.kernel.at(this.delayMs(), asker.life, `${asker.name}<${name} refused`, () =>
      settle({ kind: 'refused', reason: `nobody listens at ${name}` }),
    )
  }

  private deliver(
    asker: Asker,
    listener: Listener,
    text: string,
    settle: (answer: Answer) => void,
  ): void {
    const { kernel } = this
    const handle = async () => {
      const reply = await replyOf(listener, text)
      if (listener.life.isOver) return
      this.sendReply(asker, listener, reply, settle)
      const mayReplay = reply === undefined || !reply.includes('"r":"refused"')
      if (!mayReplay || !this.random.chance(this.faults.replayChance)) return
      const again = `${asker.name}>${listener.name} again`
      kernel.at(this.delayMs() + this.random.below(SLOW_MS_MAX), listener.life, again, () => {
        void replyOf(listener, text)
      })
    }
    const isStopped = listener.life.pausedUntilMs > kernel.nowMs
    // Waits in the socket while the process is stopped.
    if (isStopped) kernel.at(0, listener.life, 'receive', () => void handle())
    else void handle()
  }

  private sendReply(
    asker: Asker,
    { name, life }: Listener,
    reply: string | undefined,
    settle: (answer: Answer) => void,
  ): void {
    const isLost = this.isCut(name, asker.name) || this.random.chance(this.faults.lossChance)
    if (isLost) return
    const busyMs = Math.max(0, life.pausedUntilMs - this.kernel.nowMs)
    this.kernel.at(busyMs + this.delayMs(), asker.life, `${asker.name}<${name}`, () =>
      settle(
        reply === undefined
          ? { kind: 'silence', reason: `${name} failed` }
          : { kind: 'answer', body: JSON.parse(reply) },
      ),
    )
  }

  private isCut(from: string, to: string): boolean {
    return this.cuts.has(`${from}>${to}`)
  }

  private delayMs(): number {
    const usualMs = ((50 + this.random.below(DELAY_US_MAX)) * this.slowness) / 1_000
    return this.random.chance(this.faults.slowChance)
      ? usualMs + this.random.below(SLOW_MS_MAX)
      : usualMs
  }
}

/** Undefined = it has failed, and nobody knows what it did. */
async function replyOf({ endpoint }: Listener, text: string): Promise<string | undefined> {
  try {
    return JSON.stringify(await endpoint(JSON.parse(text)))
  } catch {
    return undefined
  }
}

export const addressOf = (name: string): Address => `sim:${name}`
const nameOf = (address: Address): string => address.slice('sim:'.length)
