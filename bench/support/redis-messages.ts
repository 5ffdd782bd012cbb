/**
 * The protocol of Redis, as far as SET and GET need it. Texts are bytes here (latin1), so that a
 * length is a number of characters; keys and documents of a bench are ASCII.
 */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'error'; readonly text: string }

const LINE_END = '\r\n'

export function commandText(words: readonly string[]): string {
  const parts = words.map((word) => `$${word.length}${LINE_END}${word}${LINE_END}`)
  return `*${words.length}${LINE_END}${parts.join('')}`
}

/** The first reply in the text and where it ends; undefined while it is not there as a whole. */
export function takeReply(
  text: string,
): { readonly reply: Reply; readonly end: number } | undefined {
  const lineEnd = text.indexOf(LINE_END)
  if (lineEnd < 0) return undefined
  const [kind, line, next] = [text[0], text.slice(1, lineEnd), lineEnd + LINE_END.length]
  if (kind === '-') return { reply: { kind: 'error', text: line }, end: next }
  if (kind !== '$') return { reply: { kind: 'text', text: line }, end: next }
  const length = Number(line)
  if (length < 0) return { reply: { kind: 'absent' }, end: next }
  const end = next + length + LINE_END.length
  if (text.length < end) return undefined
  return { reply: { kind: 'text', text: text.slice(next, next + length) }, end }
}
