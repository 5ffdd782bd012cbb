/**
 * A door in front of one process: everything that others send to it goes through here, in pieces
 * that can be held, delayed or thrown away, each direction by the state of its own link. Who is
 * calling is seen by the address of the caller: each process of a run connects from one of its own
 * (see source-address.ts). So one ring address is enough, and yet a shard can be cut off from one
 * coordinator and not from the other.
 *
 * The door stays when the process behind it is killed and comes back on another port.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Link, Links } from './links.ts'
import { Pipe } from './pipe.ts'

export interface ProxyOptions {
  /** Who stands behind it. */
  readonly name: string
  readonly links: Links
  /** Who calls from this address. */
  readonly callerAt: (address: string) => string
}

export class TcpProxy {
  readonly name: string
  /** Where the process behind listens at present; null = nowhere. */
  targetPort: number | null = null
  private readonly options: ProxyOptions
  private readonly server: Server
  private readonly open = new Set<Socket>()

  constructor(options: ProxyOptions) {
    this.name = options.name
    this.options = options
    // A half that has ended must not end the other by itself: its end may be held up.
    this.server = createServer({ allowHalfOpen: true }, (caller) => this.join(caller))
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    for (const socket of this.open) socket.destroy()
    await closed
  }

  private join(caller: Socket): void {
    const { links, callerAt, name } = this.options
    const from = callerAt(caller.remoteAddress ?? '')
    const there: Link = { from, to: name }
    const back: Link = { from: name, to: from }
    const isRefused = [there, back].some((link) => links.of(link).state === 'refused')
    if (this.targetPort === null || isRefused) {
      caller.resetAndDestroy()
      return
    }
    const target = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const pipes = [new Pipe(caller, target, links, there), new Pipe(target, caller, links, back)]
    const unwatch = links.watch(() => {
      for (const pipe of pipes) pipe.look()
    })
    this.hold(caller, unwatch)
    this.hold(target, unwatch)
  }

  private hold(socket: Socket, unwatch: () => void): void {
    this.open.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => {
      this.open.delete(socket)
      unwatch()
    })
  }
}
