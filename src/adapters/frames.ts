/**
 * Messages one after another on a connection, each behind its length. A coordinator and a shard
 * exchange thousands of small bodies in a second, and what HTTP says around each of them, over and
 * over, costs both sides as much again as what is asked and answered.
 *
 * A frame is a length in four bytes, the highest first, and so many bytes of content. There is one
 * at a time on a connection: a request, its reply, the next request. A request begins with the
 * signature of its body (see body-signature.ts); the body is the same JSON as over HTTP.
 */
import type { BodySignature } from './body-signature.ts'

/** What a connection changes over to by `Upgrade`, which both sides must ask for and grant. */
export const FRAME_PROTOCOL = 'energyguard-frames'
/** Content of a request. A longer one goes over HTTP, which costs little beside it. */
export const REQUEST_FRAME_BYTES_MAX = 512 * 1024
/** What is signed by who asks for that. */
export const GREETING = Buffer.alloc(0)

const LENGTH_BYTES = 4
/** Hexadecimal digits. */
const SIGNATURE_BYTES = 64
const BODY_AT = LENGTH_BYTES + SIGNATURE_BYTES

export function replyFrame(text: string): Buffer {
  return frameWith(LENGTH_BYTES, text)
}

/** Undefined where it is too long for one. */
export function requestFrame(text: string, signature: BodySignature): Buffer | undefined {
  const frame = frameWith(BODY_AT, text)
  if (frame.length - LENGTH_BYTES > REQUEST_FRAME_BYTES_MAX) return undefined
  frame.write(signature.of(frame.subarray(BODY_AT)), LENGTH_BYTES, 'latin1')
  return frame
}

/** The text of a request; undefined where it is not signed by this cluster. */
export function requestText(content: Buffer, signature: BodySignature): string | undefined {
  const body = content.subarray(SIGNATURE_BYTES)
  const given = content.toString('latin1', 0, SIGNATURE_BYTES)
  return signature.fits(body, given) ? body.toString('utf8') : undefined
}

function frameWith(textAt: number, text: string): Buffer {
  const frame = Buffer.allocUnsafe(textAt + Buffer.byteLength(text))
  frame.writeUInt32BE(frame.length - LENGTH_BYTES)
  frame.write(text, textAt)
  return frame
}

export interface FrameSink {
  /** The content of a frame that has arrived. */
  whole(content: Buffer): void
  /** What comes is no frame, or not one at a time: nothing further can be made of it. */
  broken(reason: string): void
}

/** Puts together what arrives in pieces. */
export class FrameReader {
  private readonly contentBytesMax: number
  private readonly sink: FrameSink
  private chunks: Buffer[] = []
  private bytes = 0

  constructor(contentBytesMax: number, sink: FrameSink) {
    this.contentBytesMax = contentBytesMax
    this.sink = sink
  }

  take(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.bytes += chunk.length
    if (this.bytes < LENGTH_BYTES) return
    const wantedBytes = this.announced()
    const contentBytes = this.bytes - LENGTH_BYTES
    if (wantedBytes > this.contentBytesMax) this.sink.broken('it is too long')
    else if (contentBytes > wantedBytes) this.sink.broken('more than one came at a time')
    else if (contentBytes === wantedBytes) this.end()
  }

  private announced(): number {
    const [first = Buffer.alloc(0)] = this.chunks
    return (first.length < LENGTH_BYTES ? this.join() : first).readUInt32BE()
  }

  private end(): void {
    const content = this.join().subarray(LENGTH_BYTES)
    this.chunks = []
    this.bytes = 0
    this.sink.whole(content)
  }

  /** Nearly always it is one chunk anyway. */
  private join(): Buffer {
    const [first, ...more] = this.chunks
    const joined = first && more.length === 0 ? first : Buffer.concat(this.chunks)
    this.chunks = [joined]
    return joined
  }
}
