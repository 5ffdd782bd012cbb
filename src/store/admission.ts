/**
 * What the store takes: checked once, at the door of a coordinator or of a lone replica, before
 * anything is written. Each refusal names the field and says what would be right.
 */
import { utf8Length } from '../model/key-bytes.ts'
import { CONDITIONAL_PREFIX, isConditionalKey, isSystemKey, SYSTEM_PREFIX } from '../model/keys.ts'
import {
  BATCH_KEYS_MAX,
  KEY_BYTES_MAX,
  SCAN_LIMIT_MAX,
  type ScanQuery,
  type StoreWrite,
  VALUE_BYTES_MAX,
} from './client.ts'

export interface Invalid {
  readonly kind: 'invalid'
  readonly field: string
  readonly reason: string
}

/** Which keys a door admits: those of clients, or the system's own. */
export type Lane = 'public' | 'system'

/** A value lives at most so long, 100 years: more is a mistake of units. */
export const TTL_SECONDS_MAX = 100 * 366 * 24 * 3600

/** Why a key is not taken; undefined when it is. */
export function checkKey(key: string, lane: Lane): Invalid | undefined {
  if (key === '') return invalid('key', 'must not be empty')
  if (!fits(key, KEY_BYTES_MAX)) {
    return invalid(
      'key',
      `has ${utf8Length(key)} bytes of UTF-8; at most ${KEY_BYTES_MAX} are taken`,
    )
  }
  if (!key.isWellFormed()) return invalid('key', 'holds half a character (a lone surrogate)')
  if (lane === 'public' && isSystemKey(key)) {
    return invalid('key', `must not begin with ${SYSTEM_PREFIX}, which the store keeps for itself`)
  }
  if (lane === 'system' && !isSystemKey(key)) {
    return invalid('key', `must begin with ${SYSTEM_PREFIX} at this door`)
  }
  return undefined
}

/** Why a write is not taken; undefined when it is. */
export function checkWrite(write: StoreWrite, lane: Lane): Invalid | undefined {
  const { text, order, ttlSeconds } = write
  const wrongKey = checkKey(write.key, lane)
  if (wrongKey) return wrongKey
  if (text !== null && !fits(text, VALUE_BYTES_MAX)) {
    const size = utf8Length(text)
    return invalid('value', `has ${size} bytes of UTF-8; at most ${VALUE_BYTES_MAX} are taken`)
  }
  if (order !== undefined && !(Number.isFinite(order) && order >= 0)) {
    return invalid('order', 'must be a time in ms since 1970')
  }
  if (ttlSeconds !== undefined && !isTtl(ttlSeconds)) {
    return invalid('ttl', `must be a whole number of seconds, 1 to ${TTL_SECONDS_MAX}`)
  }
  return isConditionalKey(write.key) ? checkConditional(write) : checkPlain(write)
}

/** Which lane a key is in depends on its name alone, so what belongs to the other is refused. */
function checkConditional({ order, ttlSeconds }: StoreWrite): Invalid | undefined {
  if (order !== undefined) return invalid('order', `is not for keys under ${CONDITIONAL_PREFIX}`)
  if (ttlSeconds !== undefined) return invalid('ttl', `is not for keys under ${CONDITIONAL_PREFIX}`)
  return undefined
}

function checkPlain({ ifMatch, ifNoneMatch, requestId }: StoreWrite): Invalid | undefined {
  const field =
    ifMatch !== undefined
      ? 'if-match'
      : ifNoneMatch !== undefined
        ? 'if-none-match'
        : requestId !== undefined
          ? 'idempotency-key'
          : undefined
  return field === undefined
    ? undefined
    : invalid(field, `is for keys that begin with ${CONDITIONAL_PREFIX} only`)
}

/** Why so many keys are not taken at once; undefined when they are. */
export function checkBatch(size: number): Invalid | undefined {
  if (size <= BATCH_KEYS_MAX) return undefined
  return invalid('batch', `has ${size} keys; at most ${BATCH_KEYS_MAX} are taken at once, split it`)
}

/** Why a scan is not begun; undefined when it is. */
export function checkScan(query: ScanQuery): Invalid | undefined {
  const { limit } = query
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > SCAN_LIMIT_MAX) {
    return invalid('limit', `must be a whole number, 1 to ${SCAN_LIMIT_MAX}`)
  }
  for (const field of ['prefix', 'from', 'to'] as const) {
    const bound = query[field]
    // A bound may be one character longer than a key: that is how the next page begins.
    if (bound !== undefined && !fits(bound, KEY_BYTES_MAX + 1)) {
      return invalid(field, `is longer than any key (${KEY_BYTES_MAX} bytes)`)
    }
    if (bound?.isWellFormed() === false) return invalid(field, 'holds half a character')
  }
  if (query.prefix !== undefined && isSystemKey(query.prefix)) {
    return invalid('prefix', `must not begin with ${SYSTEM_PREFIX}`)
  }
  return undefined
}

function isTtl(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= TTL_SECONDS_MAX
}

/**
 * Has the text at most so many bytes of UTF-8? Most are far below their limit; only long ones are
 * counted byte by byte.
 */
export function fits(text: string, bytesMax: number): boolean {
  return text.length * 3 <= bytesMax || (text.length <= bytesMax && utf8Length(text) <= bytesMax)
}

function invalid(field: string, reason: string): Invalid {
  return { kind: 'invalid', field, reason }
}
