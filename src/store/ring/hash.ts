/**
 * The partition of a key: the top bits of murmur3_32 over its UTF-8 bytes. It must never change,
 * since it decides where every stored key is looked for; the published vectors in its test hold it.
 */
const encoder = new TextEncoder()
const ASCII_MAX = 0x7f

/** murmur3_32 (x86, 32 bits) of the UTF-8 bytes of a text, 0 <= result < 2^32. */
export function murmur3(text: string, seed = 0): number {
  return murmur3OfAscii(text, seed) ?? murmur3OfBytes(encoder.encode(text), seed)
}

/**
 * 30 bits that stand for a text: JavaScript compares such numbers at once, where a text that has
 * just arrived must first be entered in its table of texts. Two texts may have the same.
 */
export function shortHash(text: string): number {
  return murmur3(text) >>> 2
}

/**
 * The partition of a key among `partitions`, a power of two: that many equal slices of the hash
 * space, named by its top bits.
 */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : murmur3(key) >>> (Math.clz32(partitions) + 1)
}

/**
 * Texts are nearly always ASCII, and then their characters are their bytes; undefined where they
 * are not.
 */
function murmur3OfAscii(text: string, seed: number): number | undefined {
  let hash = seed | 0
  const whole = text.length & ~3
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    if ((a | b | c | d) > ASCII_MAX) return undefined
    hash = withBlock(hash, a | (b << 8) | (c << 16) | (d << 24))
  }
  let tail = 0
  for (let i = text.length - 1; i >= whole; i -= 1) {
    const unit = text.charCodeAt(i)
    if (unit > ASCII_MAX) return undefined
    tail = (tail << 8) | unit
  }
  return withEnd(hash, tail, text.length)
}

function murmur3OfBytes(bytes: Uint8Array, seed: number): number {
  const { length } = bytes
  let hash = seed | 0
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    const block =
      at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
    hash = withBlock(hash, block)
  }
  let tail = 0
  for (let i = length - 1; i >= whole; i -= 1) tail = (tail << 8) | at(bytes, i)
  return withEnd(hash, tail, length)
}

function withBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** `tail`: what is left behind the last whole block. */
function withEnd(hash: number, tail: number, length: number): number {
  const isWhole = (length & 3) === 0
  return mixBits((isWhole ? hash : hash ^ scramble(tail)) ^ length)
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
