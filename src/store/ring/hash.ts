/**
 * The partition of a key: the top bits of murmur3_32 over its UTF-8 bytes. It must never change,
 * since it decides where every stored key is looked for; the published vectors in its test hold it.
 */
const encoder = new TextEncoder()
/** Long enough for a key of the greatest length; longer texts get a buffer of their own. */
const scratch = new Uint8Array(2048)

/** murmur3_32 (x86, 32 bits) of the UTF-8 bytes of a text, 0 <= result < 2^32. */
export function murmur3(text: string, seed = 0): number {
  const bytes = text.length * 3 <= scratch.length ? scratch : new Uint8Array(text.length * 3)
  return murmur3OfBytes(bytes, encodeInto(text, bytes), seed)
}

/**
 * The partition of a key among `partitions`, a power of two: that many equal slices of the hash
 * space, named by its top bits.
 */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : murmur3(key) >>> (Math.clz32(partitions) + 1)
}

/** Keys are nearly always ASCII, which needs no call out of the engine. Returns the byte count. */
function encodeInto(text: string, bytes: Uint8Array): number {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return encoder.encodeInto(text, bytes).written
    bytes[i] = unit
  }
  return text.length
}

function murmur3OfBytes(bytes: Uint8Array, length: number, seed: number): number {
  let hash = seed | 0
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    const block =
      at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
    hash ^= scramble(block)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = length - 1; i >= whole; i -= 1) tail = (tail << 8) | at(bytes, i)
  if (length > whole) hash ^= scramble(tail)
  return mixBits(hash ^ length)
}

/** Spreads every bit of a 32-bit integer over all of them; 0 <= result < 2^32. */
export function mixBits(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function scramble(block: number): number {
  const spread = Math.imul(block, 0xcc9e2d51)
  return Math.imul((spread << 15) | (spread >>> 17), 0x1b873593)
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}
