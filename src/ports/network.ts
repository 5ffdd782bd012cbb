/**
 * How a coordinator asks a shard. Every failure of the wire is one word, and the two words differ
 * in what may have happened: `refused` is certainly not delivered, `silence` is perhaps done. The
 * store's outcomes (done, certainly not done, unknown) rest on this difference.
 *
 * The network carries messages and does not read them: whoever receives one admits it with the
 * guards of store/wire.ts, the same in production and in simulation.
 */

/** Where a shard is reached: its URL over HTTP, `local:NAME` within one process. */
export type Address = string

/** A JSON document; `kind` names the message. */
export interface Message {
  readonly kind: string
  /** Its JSON text, where the message can make it for less than `JSON.stringify`. */
  toText?(): string
}

/** A message as it travels, where it travels as text. */
export function messageText(message: Message): string {
  return message.toText?.() ?? JSON.stringify(message)
}

export type Answer =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'silence'; readonly reason: string }

export interface Network {
  /** Settles exactly once, never rejects, at the latest after timeoutMs. */
  ask(to: Address, request: Message, timeoutMs: number): Promise<Answer>
  close(): Promise<void>
}

/** What stands at the other end. Never rejects for bad input: that is an answer of its own kind. */
export type Endpoint = (request: unknown) => Promise<Message>
