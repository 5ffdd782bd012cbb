/**
 * Chance that can be repeated: sfc32, a small fast generator of good quality, seeded through a hash
 * of the seed and the purpose. The same seed gives the same stream on any machine.
 */
import { randomInt } from 'node:crypto'
import type { Random } from '../ports/random.ts'

/** A stream for a seed, which may be any text or number. */
export function seededRandom(seed: string | number): Random {
  const next = sfc32(hash(`${seed}/a`), hash(`${seed}/b`), hash(`${seed}/c`))
  const unit = () => next() / 0x1_0000_0000
  return {
    unit,
    below: (limit) => Math.floor(unit() * limit),
    chance: (probability) => unit() < probability,
    fork: (purpose) => seededRandom(`${seed}/${purpose}`),
  }
}

/** A stream that nobody can repeat, for writer ids and jitter. */
export function systemRandom(): Random {
  return seededRandom(`${randomInt(2 ** 47)}-${randomInt(2 ** 47)}`)
}

/** FNV-1a with a final avalanche: every character moves every bit. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

function sfc32(seedA: number, seedB: number, seedC: number): () => number {
  let a = seedA
  let b = seedB
  let c = seedC
  let counter = 1
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  for (let round = 0; round < 15; round += 1) next()
  return next
}
