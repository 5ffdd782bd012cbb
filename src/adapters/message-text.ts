import type { Message } from '../ports/network.ts'

/** A message as it travels. */
export function messageText(message: Message): string {
  return message.toText?.() ?? JSON.stringify(message)
}
