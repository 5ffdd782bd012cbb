import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur3, partitionOf } from './hash.ts'

test('murmur3 gives the published values', () => {
  const vectors: [string, number, number][] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aa', 0x9747b28c, 0x5d211726],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['abc', 0x9747b28c, 0xc84a62dd],
    ['ab', 0x9747b28c, 0x74875592],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['città', 0x9747b28c, 0x45b466c6],
    ['aπbc', 0x9747b28c, 0x09db0059],
    ['x🙂yz', 0x9747b28c, 0x13fd06f6],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ]
  for (const [text, seed, expected] of vectors) {
    assert.equal(murmur3(text, seed), expected, `${text} with seed ${seed}`)
  }
})

test('a partition is the top bits of the hash', () => {
  const key = 'energy:p1:latest'
  for (const bits of [1, 2, 9, 16]) {
    assert.equal(partitionOf(key, 2 ** bits), Math.floor(murmur3(key) / 2 ** (32 - bits)))
  }
  assert.equal(partitionOf(key, 1), 0)
})

test('keys of one kind spread evenly over the partitions', () => {
  const counts = new Array<number>(512).fill(0)
  const keys = Array.from({ length: 102_400 }, (_, i) => `energy:p${i % 7}:2026-01-05T08:${i}Z`)
  for (const key of keys) {
    const partition = partitionOf(key, 512)
    counts[partition] = (counts[partition] ?? 0) + 1
  }
  assert.ok(Math.min(...counts) > 130, `the emptiest of 512 holds ${Math.min(...counts)} of 200`)
  assert.ok(Math.max(...counts) < 270, `the fullest of 512 holds ${Math.max(...counts)} of 200`)
})
