/**
 * What a screen reader hears of alerts that come together, and of the same alert once more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidNext } from './toasts.ts'

const SILENT = { polite: '', assertive: '' }
const polite = (text: string) => ({ text, isCritical: false })
const critical = (text: string) => ({ text, isCritical: true })

test('what comes together is said together, and what is critical by itself', () => {
  const said = saidNext(SILENT, [polite('One.'), critical('Fire.'), polite('Two.')])
  assert.deepEqual(said, { polite: 'One. Two.', assertive: 'Fire.' })
})

test('the same once more is another text, that reads the same, each time', () => {
  const texts = [polite('One.')]
  const first = saidNext(SILENT, texts)
  const second = saidNext(first, texts)
  const third = saidNext(second, texts)
  assert.notEqual(second.polite, first.polite)
  assert.notEqual(third.polite, second.polite)
  for (const { polite } of [first, second, third]) assert.equal(polite.trim(), 'One.')
})

test('what nothing was said of stays as it was', () => {
  const before = saidNext(SILENT, [polite('One.'), critical('Fire.')])
  assert.deepEqual(saidNext(before, [polite('Two.')]), { polite: 'Two.', assertive: 'Fire.' })
})
