/**
 * The inner door of a shard for coordinators that come to stay: a connection on which HTTP was left
 * behind by `Upgrade`, and requests and replies follow each other as frames (see frames.ts). The
 * door over HTTP stands beside it, for whoever has curl, and for what is too long for a frame.
 *
 * Only who knows the cluster secret gets such a connection, and every request on it is signed
 * besides. Where anything is not as it should be the connection is closed, and nothing is done.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Endpoint, Message } from '../ports/network.ts'
import { type BodySignature, isSignature, SIGNATURE_HEADER } from './body-signature.ts'
import {
  FRAME_PROTOCOL,
  FrameReader,
  GREETING,
  REQUEST_FRAME_BYTES_MAX,
  replyFrame,
  requestText,
} from './frames.ts'
import { BODIES_BYTES_MAX, OPERATIONS_PATH } from './http-endpoint.ts'

/** Connections at the same time: what may arrive on all of them is as much as over HTTP. */
export const LINES_SERVED_MAX = BODIES_BYTES_MAX / REQUEST_FRAME_BYTES_MAX
/** A coordinator closes what it did not use for a third of that; this is for those that died. */
export const LINE_SILENT_MS_MAX = 180_000

const WELCOME = [
  'HTTP/1.1 101 Switching Protocols',
  'connection: upgrade',
  `upgrade: ${FRAME_PROTOCOL}`,
].join('\r\n')

export interface LineLimits {
  readonly linesMax: number
  readonly silentMsMax: number
}

const LIMITS: LineLimits = { linesMax: LINES_SERVED_MAX, silentMsMax: LINE_SILENT_MS_MAX }

export interface FrameEndpoint {
  /** May the connection of this request change over? Else it is a request like any other. */
  admits(request: IncomingMessage): boolean
  /** Serves a connection whose request was admitted. */
  take(request: IncomingMessage): void
  /** Ends every connection once what is under way on it is answered, and admits no more. */
  close(): void
  /** Ends every connection that is left, whatever is under way on it. */
  cut(): void
}

export function frameEndpoint(
  endpoint: Endpoint,
  signature: BodySignature,
  { linesMax, silentMsMax }: LineLimits = LIMITS,
): FrameEndpoint {
  const lines = new Set<ServedLine>()
  let isClosing = false
  return {
    admits({ url, headers }) {
      if (url !== OPERATIONS_PATH || headers.upgrade !== FRAME_PROTOCOL) return false
      if (isClosing || lines.size >= linesMax) return false
      const given = headers[SIGNATURE_HEADER]
      return isSignature(given) && signature.fits(GREETING, given)
    },
    take({ socket }) {
      const line = new ServedLine(socket, endpoint, signature)
      socket.setTimeout(silentMsMax, () => line.cut())
      lines.add(line)
      socket.on('close', () => lines.delete(line))
      socket.write(`${WELCOME}\r\n\r\n`)
    },
    close() {
      isClosing = true
      for (const line of lines) line.close()
    },
    cut() {
      for (const line of lines) line.cut()
    },
  }
}

class ServedLine {
  private readonly socket: Socket
  private readonly endpoint: Endpoint
  private readonly signature: BodySignature
  private isBusy = false
  private isClosing = false

  constructor(socket: Socket, endpoint: Endpoint, signature: BodySignature) {
    this.socket = socket
    this.endpoint = endpoint
    this.signature = signature
    const reader = new FrameReader(REQUEST_FRAME_BYTES_MAX, {
      whole: (content) => this.serve(content),
      broken: () => socket.destroy(),
    })
    socket.on('data', (chunk: Buffer) => reader.take(chunk))
    socket.on('end', () => socket.destroy())
    // It is closed then, and that is all there is to it.
    socket.on('error', () => {})
  }

  close(): void {
    this.isClosing = true
    if (!this.isBusy) this.socket.end()
  }

  cut(): void {
    this.socket.destroy()
  }

  private serve(content: Buffer): void {
    const text = requestText(content, this.signature)
    // Nobody would hear what comes of it once the connection is closing.
    if (text === undefined || this.isBusy || this.isClosing) {
      this.socket.destroy()
      return
    }
    this.isBusy = true
    this.answerTo(text).then(
      (reply) => this.send(reply),
      // Nobody knows what was done.
      () => this.socket.destroy(),
    )
  }

  private answerTo(text: string): Promise<Message> {
    try {
      return this.endpoint(JSON.parse(text))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  private send(reply: Message): void {
    this.isBusy = false
    this.socket.write(replyFrame(JSON.stringify(reply)))
    if (this.isClosing) this.socket.end()
  }
}
