/**
 * The checker of the conditional lane on histories made by hand: what must be found wrong, and, as
 * important, what is right though it looks odd.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConditionalEntry } from '../history.ts'
import { create, etagOf, failed, put, read, refused, remove } from './conditional-entries.ts'
import { checkLinearizable } from './linearizable.ts'

function isRight(...entries: readonly ConditionalEntry[]) {
  assert.deepEqual(checkLinearizable(entries), [])
}

function isWrong(...entries: readonly ConditionalEntry[]) {
  const promises = checkLinearizable(entries).map(({ promise }) => promise)
  assert.deepEqual(promises, ['S22'])
}

test('a read sees what was put before it, and nothing before anything was put', () => {
  isRight(read(null, 1, 2), put('a', 3, 4), read('a', 5, 6), put('b', 7, 8), read('b', 9, 10))
  isWrong(put('a', 1, 2), read(null, 3, 4))
  isWrong(read('a', 1, 2), put('a', 3, 4))
  isWrong(read('a', 1, 2))
})

test('a stale read is found', () => {
  isWrong(put('a', 1, 2), put('b', 3, 4), read('a', 5, 6))
  isRight(put('a', 1, 2), put('b', 3, 6), read('a', 4, 5))
})

test('a read that goes back is found', () => {
  isWrong(put('a', 1, 2), put('b', 3, 10), read('b', 4, 5), read('a', 6, 7))
  isRight(put('a', 1, 2), put('b', 3, 10), read('a', 4, 5), read('b', 6, 7))
  isRight(put('a', 1, 2), put('b', 3, 10), read('b', 4, 7), read('a', 5, 6))
})

test('two clients do not see two puts in two orders', () => {
  const puts = [put('a', 1, 20), put('b', 2, 20)]
  isWrong(...puts, read('a', 3, 6), read('b', 7, 9), read('b', 4, 5), read('a', 10, 11))
  isRight(...puts, read('a', 3, 6), read('b', 7, 9), read('a', 4, 5), read('b', 10, 11))
})

test('a lost update is found: two changes of one etag both succeed', () => {
  const first = put('a', 1, 2)
  const one = put('b', 3, 6, { ifMatch: 'a' })
  const other = put('c', 4, 5, { ifMatch: 'a' })
  isWrong(first, one, other)
  isRight(first, one, refused(other))
  isRight(first, one, refused(other, 'b'))
  isRight(first, put('b', 3, 5, { ifMatch: 'a' }), put('c', 4, 6, { ifMatch: 'b' }))
})

test('a refusal needs a reason', () => {
  const first = put('a', 1, 2)
  isWrong(first, refused(put('b', 3, 4, { ifMatch: 'a' })))
  isRight(first, put('c', 3, 6), refused(put('b', 4, 5, { ifMatch: 'a' })))
  isWrong(first, refused(create('b', 3, 4), 'c'), put('c', 5, 6))
  isWrong(refused(create('b', 3, 4)))
  isWrong(first, refused(put('b', 3, 4)))
})

test('an etag that a refusal tells was there when it was refused', () => {
  const first = put('a', 1, 2)
  const attempt = put('c', 5, 6, { ifMatch: 'a' })
  isRight(first, put('b', 3, 4), refused(attempt, 'b'))
  isWrong(first, put('b', 3, 4), put('d', 7, 8), refused(attempt, 'd'))
  isWrong(first, put('b', 3, 4), refused(attempt, 'a'))
})

test('of two creations one succeeds', () => {
  isWrong(create('a', 1, 4), create('b', 2, 3))
  isRight(create('a', 1, 4), refused(create('b', 2, 3), 'a'))
  isRight(create('a', 1, 2), remove(3, 4), create('b', 5, 6), read('b', 7, 8))
})

test('what certainly failed is never seen', () => {
  isWrong(failed(put('a', 1)), read('a', 3, 4))
  isWrong(put('a', 1, 2), failed(put('b', 3)), read('b', 5, 6))
  isWrong(put('a', 1, 2), failed(remove(3)), read(null, 5, 6))
  isRight(put('a', 1, 2), failed(put('b', 3)), read('a', 5, 6))
})

test('what is in doubt may take effect late or never, but once', () => {
  const doubtful = put('b', 3)
  isRight(put('a', 1, 2), doubtful, read('a', 4, 5))
  isRight(put('a', 1, 2), doubtful, read('a', 4, 5), read('b', 6, 7))
  isWrong(put('a', 1, 2), doubtful, read('b', 4, 5), read('a', 6, 7))
  isWrong(put('a', 1, 2), doubtful, read('b', 4, 5), put('c', 6, 7), read('b', 8, 9))
  isWrong(put('a', 1, 2), read('b', 3, 4), put('b', 5))
})

test('what is in doubt takes effect only if its condition holds', () => {
  const doubtful = put('c', 5, undefined, { ifMatch: 'a' })
  isRight(put('a', 1, 2), doubtful, read('c', 6, 7))
  isWrong(put('a', 1, 2), put('b', 3, 4), doubtful, read('c', 6, 7))
  isWrong(put('a', 1, 2), create('c', 3), read('c', 4, 5))
  isRight(put('a', 1, 2), create('c', 3), remove(4), read('c', 5, 6))
})

test('several in doubt may have brought about an answer together', () => {
  const chain = [put('b', 3), put('c', 4, undefined, { ifMatch: 'b' })]
  isRight(put('a', 1, 2), ...chain, read('c', 5, 6))
  isRight(put('a', 1, 2), ...chain, remove(5, undefined, { ifMatch: 'c' }), read(null, 6, 7))
  isWrong(put('a', 1, 2), ...chain, read('c', 5, 6), read('b', 7, 8))
})

test('a deletion does not come back, and takes away only what it may', () => {
  isRight(put('a', 1, 2), remove(3, 4), read(null, 5, 6))
  isWrong(put('a', 1, 2), remove(3, 4), read('a', 5, 6))
  isWrong(put('a', 1, 2), remove(3), read(null, 4, 5), read('a', 6, 7))
  isWrong(put('a', 1, 2), put('b', 3, 4), remove(5, 6, { ifMatch: 'a' }))
  isRight(put('a', 1, 2), remove(3, 4), remove(5, 6), read(null, 7, 8))
})

test('one deletion in doubt takes away one value, not two', () => {
  const twice = [put('a', 1, 2), read(null, 4, 5), put('b', 6, 7), read(null, 8, 9)]
  isWrong(...twice, remove(3))
  isRight(...twice, remove(3), remove(3))
  isWrong(...twice, remove(3), remove(10))
})

test('a retry of one request takes effect once', () => {
  const more = { requestId: 'r1' }
  const [inDoubt, again] = [put('b', 3, undefined, more), put('b', 4, 5, more)]
  isRight(put('a', 1, 2), inDoubt, again, read('b', 6, 7))
  const overwritten = [put('a', 1, 2), inDoubt, again, put('c', 6, 7)]
  isWrong(...overwritten, read('b', 8, 9))
  isRight(...overwritten, put('b', 8, 9, more), read('c', 10, 11))
  isRight(put('a', 1, 2), inDoubt, put('c', 3, 4), put('b', 5, 6, more), read('c', 7, 8))
})

test('a retry that was counted twice shows by a second etag', () => {
  const more = { requestId: 'r1' }
  const twice = put('b', 4, 5, { ...more, seenEtag: 'another' })
  isWrong(put('b', 1, 2, more), twice)
  isWrong(put('b', 1, undefined, more), twice, read('b', 6, 7))
})

test('a retry is not refused after the change took effect', () => {
  const more = { requestId: 'r1', ifMatch: 'a' }
  const inDoubt = put('b', 3, undefined, more)
  isWrong(put('a', 1, 2), inDoubt, refused(put('b', 4, 5, more)), read('b', 6, 7))
  isWrong(put('a', 1, 2), put('b', 3, 4, more), refused(put('b', 5, 6, more)))
  isRight(put('a', 1, 2), put('c', 2, 3), inDoubt, refused(put('b', 4, 5, more)), read('c', 6, 7))
})

test('two requests with one etag are two changes', () => {
  const [one, other] = [{ requestId: 'r1' }, { requestId: 'r2' }]
  const inDoubt = put('b', 3, undefined, { ...one, ifMatch: 'a' })
  isWrong(put('a', 1, 2), inDoubt, put('c', 4, 5, { ...other, ifMatch: 'a' }), read('b', 6, 7))
})

test('an etag belongs to one text and a text to one etag', () => {
  isWrong(put('a', 1, 2), read('a', 3, 4, { seenEtag: 'another' }))
  isWrong(put('a', 1, 2), put('b', 3, 4, { seenEtag: etagOf('a') }))
})

test('the etag of a text that nobody saw is that of a write in doubt, and of one only', () => {
  const first = put('a', 1, 2)
  const refusal = refused(put('c', 5, 6, { ifMatch: 'a' }), 'unseen')
  isWrong(first, refusal)
  isRight(first, refusal, put('b', 3))
  isWrong(first, refusal, put('b', 7))
  const further = put('d', 7, 8, { ifMatch: 'unseen' })
  isRight(first, refusal, put('b', 3), further)
  const back = refused(put('e', 9, 10, { ifMatch: 'a' }), 'unseen')
  isWrong(first, refusal, put('b', 3), further, back)
  isWrong(first, refusal, put('b', 3), put('x', 3), further, back)
  const another = refused(put('e', 9, 10, { ifMatch: 'a' }), 'unseen too')
  isRight(first, refusal, put('b', 3), put('x', 3), further, another)
  isWrong(first, refusal, put('b', 3), further, another)
})

test('a refusal may be due to what is in doubt, seen or unseen', () => {
  const refusal = refused(put('x', 4, 5, { ifMatch: 'a' }))
  isRight(put('a', 1, 2), put('b', 3), refusal)
  isRight(put('a', 1, 2), put('b', 3), refusal, read('b', 6, 7))
  isRight(put('a', 1, 2), remove(3), refusal, read(null, 6, 7))
  isRight(put('b', 3), refused(create('x', 4, 5)), read('b', 6, 7))
  isWrong(put('a', 1, 2), put('b', 3), refusal, read('a', 6, 7))
  isWrong(put('a', 1, 2), put('b', 6), refusal)
})

test('what is refused later on was not what took effect before', () => {
  const [one, other] = [
    { requestId: 'r1', ifMatch: 'a' },
    { requestId: 'r2', ifMatch: 'a' },
  ]
  const refusal = refused(put('x', 5, 6, { ifMatch: 'a' }))
  const refusedLater = refused(put('b', 7, 8, one))
  isWrong(put('a', 1, 2), put('b', 3, undefined, one), refusal, refusedLater)
  const inDoubt = [put('b', 3, undefined, one), put('c', 4, undefined, other)]
  isRight(put('a', 1, 2), ...inDoubt, refusal, refusedLater)
})

test('what is in doubt is not spent where something else will do', () => {
  const refusal = refused(put('x', 4, 5, { ifMatch: 'a' }))
  const later = [put('c', 6, 7), read('seen later', 8, 9)]
  isRight(put('a', 1, 2), put('seen later', 3), put('unseen', 3), refusal, ...later)
  isWrong(put('a', 1, 2), put('seen later', 3), refusal, ...later)
})

test('keys are judged apart', () => {
  isRight(put('a', 1, 2), put('b', 3, 4, { key: 'other' }), read('a', 5, 6))
  isWrong(put('a', 1, 2), read('b', 3, 4), put('b', 1, 2, { key: 'other' }))
})

test('the first answer that nothing explains is told, with what the register could hold', () => {
  const stale = read('a', 5, 6, { via: 'co3' })
  const later = Array.from({ length: 50 }, (_, i) => put(`x${i}`, 10 + 2 * i, 11 + 2 * i))
  const [violation] = checkLinearizable([put('a', 1, 2), put('b', 3, 4), stale, ...later])
  assert.equal(
    violation?.sentence,
    'k: after 2 operations in order it holds text b, and none of these can come next: ' +
      `${stale.id} read via co3 found a ("a") in 5..6`,
  )
})

test('a history that takes too many steps is not taken for a good one', () => {
  const history = [put('a', 1, 9), put('b', 2, 9), put('c', 3, 9), read(null, 10, 11)]
  assert.match(checkLinearizable(history, 2)[0]?.sentence ?? '', /too intricate/)
})
