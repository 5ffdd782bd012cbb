/**
 * A body as JSON text, or the sentence that says why it is none. Bytes are checked to be UTF-8
 * before they become text, since a decoder would put U+FFFD in their place without a word.
 *
 * Only JSON media types are read. A web page of any origin may send `text/plain` to this machine
 * without asking first, and must not be able to change anything with it.
 */
import { isUtf8 } from 'node:buffer'
import { InvalidRequest, NOT_JSON } from './problems.ts'

export interface BodyHeaders {
  readonly 'content-type'?: string | undefined
  /** Only browsers send it. */
  readonly origin?: string | undefined
}

const JSON_MEDIA = /^application\/([\w.+-]+\+)?json\s*(;|$)/i

/** Undefined when there is none. Throws InvalidRequest. */
export function bodyText(bytes: Buffer, headers: BodyHeaders): string | undefined {
  if (bytes.length === 0) return undefined
  const media = headers['content-type']
  const isTrusted = media === undefined ? headers.origin === undefined : JSON_MEDIA.test(media)
  if (!isTrusted) throw new InvalidRequest([NOT_JSON])
  if (!isUtf8(bytes)) throw wrongBody('is not UTF-8', 'encoding')
  return bytes.toString('utf8')
}

/** Throws InvalidRequest. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrongBody(`is not JSON: ${(error as Error).message}`, 'json_invalid')
  }
}

function wrongBody(msg: string, type: string): InvalidRequest {
  return new InvalidRequest([{ loc: ['body'], msg, type }])
}
