/**
 * A connection that carries one request at a time, as text in and text out, and comes back by
 * itself after it was lost. As little as can be, because what a generator uses of the cores is
 * missing to the servers that it measures. Texts are bytes (latin1), so that a length is a number
 * of characters; keys and documents of a bench are ASCII.
 */
import { connect, type Socket } from 'node:net'

export interface Taken<Reply> {
  readonly reply: Reply
  /** Where it ends in the text. */
  readonly end: number
}

export interface Protocol<Reply> {
  /** The first reply in the text; undefined while it is not there as a whole. */
  take(text: string): Taken<Reply> | undefined
  /** What to say when the connection broke off. */
  lost(reason: string): Reply
}

export class Line<Reply> {
  private readonly host: string
  private readonly port: number
  private readonly protocol: Protocol<Reply>
  private socket: Socket | undefined
  private unread = ''
  private settle: ((reply: Reply) => void) | undefined

  constructor(url: string, protocol: Protocol<Reply>) {
    const { hostname, port } = new URL(url)
    this.host = hostname
    this.port = Number(port)
    this.protocol = protocol
  }

  /** Never while another is under way. Never rejects. */
  ask(request: string): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>()
    this.settle = resolve
    this.socket ??= this.open()
    this.socket.write(request, 'latin1')
    return promise
  }

  close(): void {
    this.socket?.destroy()
  }

  private open(): Socket {
    const socket = connect({ host: this.host, port: this.port, noDelay: true })
    let reason = 'the connection was closed'
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.read(text))
    socket.on('error', ({ message }) => {
      reason = message
    })
    socket.on('close', () => {
      this.socket = undefined
      this.unread = ''
      this.answer(this.protocol.lost(reason))
    })
    return socket
  }

  private read(text: string): void {
    this.unread += text
    const taken = this.protocol.take(this.unread)
    if (!taken) return
    this.unread = this.unread.slice(taken.end)
    this.answer(taken.reply)
  }

  private answer(reply: Reply): void {
    const { settle } = this
    this.settle = undefined
    settle?.(reply)
  }
}
