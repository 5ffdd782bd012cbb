/**
 * HTTP/1.1 as far as a generator needs it: requests on a connection that stays open, answers with a
 * length.
 */
import type { Taken } from './line.ts'

export interface HttpAnswer {
  /** 0 when there was none; `text` says why then. */
  readonly status: number
  readonly text: string
  readonly tag: string | undefined
}

const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i
const TAG = /\r\netag: *([^\r]+)/i
/** `HTTP/1.1 200` */
const STATUS_AT = 9

export function requestText(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: string,
  headers = '',
): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: bench\r\n${headers}`
  if (body === undefined) return `${head}\r\n`
  return `${head}content-type: application/json\r\ncontent-length: ${body.length}${HEAD_END}${body}`
}

/** Throws for an answer whose end cannot be known. */
export function takeAnswer(text: string): Taken<HttpAnswer> | undefined {
  const headEnd = text.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const length = LENGTH.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer without a length: ${head}`)
  const start = headEnd + HEAD_END.length
  const end = start + Number(length)
  if (text.length < end) return undefined
  const status = Number(head.slice(STATUS_AT, STATUS_AT + 3))
  return { reply: { status, text: text.slice(start, end), tag: TAG.exec(head)?.[1] }, end }
}
