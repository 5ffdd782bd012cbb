/**
 * Comparing secrets without telling by the time it takes how much of a guess was right.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Hashes first, so that lengths are equal and say nothing either. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export type BearerCheck = 'ok' | 'missing' | 'wrong'

/** What an `Authorization` header is worth. */
export function checkBearer(header: string | undefined, expected: string): BearerCheck {
  const token = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  if (token === undefined) return 'missing'
  return isSameSecret(token, expected) ? 'ok' : 'wrong'
}
