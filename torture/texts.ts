/**
 * The documents that clients write. On the wire and on the disks they carry padding, so that disks
 * fill; in the history they stand without, so that a long run fits into memory. A text whose
 * padding is not whole keeps it, and is then one that nobody wrote.
 */
const PADDING_CHARACTERS = 1_000
const TAIL = `,"padding":"${'x'.repeat(PADDING_CHARACTERS)}"}`

/** Unique to the write, with characters that a careless hand would change. */
export function textOf(id: number): string {
  return `{ "caffè":"\\u00e8 🜁","id":${id}}`
}

/** As it is sent. */
export function padded(text: string): string {
  return text.slice(0, -1) + TAIL
}

/** As it is noted. */
export function unpadded(text: string): string {
  return text.endsWith(TAIL) ? `${text.slice(0, -TAIL.length)}}` : text
}
