/**
 * One direction of one connection: bytes from a source to a sink, in order, as the state of the
 * link allows. The end of the source and its breaking travel the same way as its bytes, so behind a
 * held link nobody notices that the other side is gone.
 */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Link, Links } from './links.ts'

/** More than this is not taken from a source whose link is held. */
const WAITING_BYTES_MAX = 1024 * 1024

type Piece = Buffer | 'end' | 'broken'

export class Pipe {
  private readonly source: Socket
  private readonly sink: Socket
  private readonly links: Links
  private readonly link: Link
  private readonly waiting: { readonly piece: Piece; readonly dueMs: number }[] = []
  private waitingBytes = 0
  private isLost = false
  private isSleeping = false

  constructor(source: Socket, sink: Socket, links: Links, link: Link) {
    this.source = source
    this.sink = sink
    this.links = links
    this.link = link
    source.on('data', (chunk: Buffer) => this.take(chunk))
    source.on('end', () => this.take('end'))
    source.on('error', () => this.take('broken'))
    source.on('close', (hadError) => this.take(hadError ? 'broken' : 'end'))
    sink.on('drain', () => source.resume())
  }

  /** The link may have changed. */
  look(): void {
    const { state } = this.links.of(this.link)
    if (state === 'refused') this.reset()
    else if (state === 'open' && this.isLost) this.reset()
    else this.pass()
  }

  private take(piece: Piece): void {
    const { state, delayMs } = this.links.of(this.link)
    this.isLost ||= state === 'lost'
    this.waiting.push({ piece, dueMs: performance.now() + delayMs })
    if (piece instanceof Buffer) this.waitingBytes += piece.length
    if (this.waitingBytes > WAITING_BYTES_MAX) this.source.pause()
    if (state === 'refused') this.reset()
    else this.pass()
  }

  private pass(): void {
    while (this.links.of(this.link).state === 'open') {
      const next = this.waiting[0]
      if (!next || this.isSleeping) return
      const earlyMs = next.dueMs - performance.now()
      if (earlyMs > 0) {
        void this.passIn(earlyMs)
        return
      }
      this.waiting.shift()
      this.give(next.piece)
    }
  }

  private async passIn(delayMs: number): Promise<void> {
    this.isSleeping = true
    await sleep(delayMs)
    this.isSleeping = false
    this.pass()
  }

  private give(piece: Piece): void {
    if (piece === 'broken') this.sink.destroy()
    else if (piece === 'end') this.sink.end()
    else {
      this.waitingBytes -= piece.length
      const hasRoom = this.sink.write(piece)
      if (!hasRoom) this.source.pause()
      else if (this.waitingBytes <= WAITING_BYTES_MAX) this.source.resume()
    }
  }

  private reset(): void {
    this.waiting.length = 0
    for (const socket of [this.source, this.sink]) resetSocket(socket)
  }
}

/**
 * The other side sees its connection break. One whose end was sent already is only closed: to reset
 * it then would leave a handle that never closes, and a process that never ends.
 */
function resetSocket(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
