/**
 * One process of the store behind its proxy, whichever incarnation of it is alive: it can be
 * killed, stopped in its tracks, ended politely and started again on the same data, and others
 * always find it at the same address.
 */
import { rmSync } from 'node:fs'
import { type RoleProcess, startRole, temporaryFolder } from '../test/support/process.ts'
import { untilItStandsStill } from '../test/support/standing-still.ts'
import type { Links } from './links.ts'
import { TcpProxy } from './proxy.ts'

export type MemberKind = 'shard' | 'coordinator'

/** Addresses of callers; each process of a run has one of its own. */
export class Callers {
  private readonly names = new Map<string, string>()

  /** The address from which the process of this name connects. */
  addressFor(name: string): string {
    const number = this.names.size + 1
    const address = `127.0.${1 + Math.floor(number / 200)}.${1 + (number % 200)}`
    this.names.set(address, name)
    return address
  }

  nameAt = (address: string): string => this.names.get(address) ?? 'somebody'
}

export interface MemberWorld {
  readonly links: Links
  readonly callers: Callers
  /** For each process of the store. */
  readonly env: Readonly<Record<string, string>>
  /** A process ended though nobody asked it to. */
  readonly onFailure: (sentence: string) => void
}

/** What a message about a failed process quotes of its output. */
const OUTPUT_CHARACTERS_MAX = 2_000
const PRELOAD = new URL('./source-address.ts', import.meta.url).href

/** Environment under which a process connects from an address of its own. */
export function sourceAddressEnv(address: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, SOURCE_ADDRESS: address }
}

export class Member {
  readonly name: string
  readonly kind: MemberKind
  readonly dataDir: string
  /** Somebody is doing something to it; others keep away. */
  isBusy = false
  private readonly proxy: TcpProxy
  private readonly world: MemberWorld
  private readonly env: Readonly<Record<string, string>>
  private process: RoleProcess | undefined
  private starting: Promise<void> | undefined

  constructor(name: string, kind: MemberKind, world: MemberWorld) {
    const { links, callers } = world
    this.name = name
    this.kind = kind
    this.world = world
    this.dataDir = temporaryFolder(`torture-${name.replace(' ', '-')}`)
    this.proxy = new TcpProxy({ name, links, callerAt: callers.nameAt })
    this.env = { ...world.env, ...sourceAddressEnv(callers.addressFor(name)) }
  }

  /** Opens its door; nobody stands behind it yet. */
  open(): Promise<void> {
    return this.proxy.listen()
  }

  /** Where everybody reaches it. */
  get url(): string {
    return this.proxy.url
  }

  get isUp(): boolean {
    return this.process !== undefined
  }

  /** Resolves when it says that it is ready; there is never more than one of it. */
  async start(flags: readonly string[] = []): Promise<void> {
    if (this.process) return
    this.starting ??= this.launch(flags).finally(() => {
      this.starting = undefined
    })
    await this.starting
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    const killed = this.forget()
    killed?.kill('SIGKILL')
    await killed?.exited
  }

  /** SIGTERM; resolves when it is gone. */
  async stop(): Promise<void> {
    const stopped = this.forget()
    const end = await stopped?.stop()
    if (!stopped || !end || end.code === 0) return
    const last = stopped.stderr().slice(-OUTPUT_CHARACTERS_MAX)
    this.world.onFailure(`${this.name} did not end with 0 but ${JSON.stringify(end)}: ${last}`)
  }

  /** SIGSTOP; resolves when no thread of it runs any more. */
  async pause(): Promise<void> {
    this.process?.kill('SIGSTOP')
    if (this.process) await untilItStandsStill(this.process.pid)
  }

  resume(): void {
    this.process?.kill('SIGCONT')
  }

  /** It will not come back: its door and its data go too. */
  async leave(): Promise<void> {
    await this.kill()
    await this.proxy.close()
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 3 })
  }

  private async launch(flags: readonly string[]): Promise<void> {
    const options = { dataDir: this.dataDir, env: this.env }
    const started = await startRole([this.kind, '--port', '0', ...flags], options)
    this.process = started
    this.proxy.targetPort = Number(new URL(started.address).port)
    void started.exited.then(({ code, signal }) => {
      if (this.process !== started) return
      this.forget()
      const last = started.stderr().slice(-OUTPUT_CHARACTERS_MAX)
      this.world.onFailure(`${this.name} ended by itself with ${code ?? signal}: ${last}`)
    })
  }

  private forget(): RoleProcess | undefined {
    const { process } = this
    this.process = undefined
    this.proxy.targetPort = null
    return process
  }
}
