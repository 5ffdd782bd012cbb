import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConditionalEntry } from '../history.ts'
import { checkBanks } from './bank.ts'
import { create, put, read } from './conditional-entries.ts'

const BANK = { use: 'bank' } as const
const bank = (...balances: readonly number[]) => JSON.stringify({ by: 'anyone', balances })
const see = (text: string | null, start: number) => read(text, start, start + 1, BANK)

const sentences = (...entries: readonly ConditionalEntry[]) =>
  checkBanks(entries, 30).map(({ sentence }) => sentence.replace(/^read \d+ of k via co1 /, ''))

test('whatever is read of a bank adds up to the same', () => {
  const opened = create(bank(10, 20), 1, 2, BANK)
  assert.deepEqual(sentences(opened, see(bank(10, 20), 3), see(bank(35, -5), 5)), [])
  assert.deepEqual(sentences(opened, see(bank(10, 25), 3)), [
    `adds up to 35 and not 30: ${bank(10, 25)}`,
  ])
})

test('a bank is absent until it was opened, and never again', () => {
  const gone = ['found no bank, though there was one before']
  assert.deepEqual(sentences(see(null, 1), create(bank(30), 3, 4, BANK)), [])
  assert.deepEqual(sentences(create(bank(30), 1, 2, BANK), see(null, 3)), gone)
  assert.deepEqual(sentences(create(bank(30), 1, undefined, BANK), see(null, 3)), [])
  const seen = [see(bank(30), 2), see(null, 4)]
  assert.deepEqual(sentences(create(bank(30), 1, undefined, BANK), ...seen), gone)
})

test('banks are judged apart, and what is no bank not at all', () => {
  const other = { key: 'other', use: 'bank' } as const
  assert.deepEqual(sentences(put(bank(30), 1, 2, other), see(null, 3)), [])
  assert.deepEqual(sentences(read(bank(7), 1, 2, { use: 'register' })), [])
})
