/**
 * Who a shard is: a UUID made at its first start and kept with its rows, never an address. A disk
 * that was emptied comes back under another one, which is how the coordinators know that it has
 * forgotten what it had acknowledged.
 */
import type { KeyValueEngine } from '../../ports/key-value-engine.ts'
import type { Random } from '../../ports/random.ts'

/** Under this name it stands in the database. */
export const IDENTITY = 'shard-id'
const WRITER_BYTES = 6

/** The shard's id, made and kept where there is none. Throws EngineError. */
export function identityOf(engine: KeyValueEngine, random: Random): string {
  const known = engine.getMeta(IDENTITY)
  if (known !== undefined) return known
  const id = uuid(random)
  engine.setMeta(IDENTITY, id)
  return id
}

/** Fresh at each start, so that no version is ever issued twice. */
export function writerName(random: Random): string {
  return hex(random, WRITER_BYTES)
}

/** Version 4: random but for six bits. */
function uuid(random: Random): string {
  const digits = [...hex(random, 16)]
  digits[12] = '4'
  digits[16] = '89ab'.charAt(random.below(4))
  const text = digits.join('')
  const cuts = [0, 8, 12, 16, 20, 32]
  return cuts
    .slice(1)
    .map((end, part) => text.slice(cuts[part], end))
    .join('-')
}

function hex(random: Random, bytes: number): string {
  const parts = Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, '0'))
  return parts.join('')
}
