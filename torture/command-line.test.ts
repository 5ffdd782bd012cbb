import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PHASES, parseTortureArguments } from './command-line.ts'

test('without arguments it is ten minutes of storm, and all phases', () => {
  assert.deepEqual(parseTortureArguments([]), { minutes: 10, seed: 1, phases: PHASES })
})

test('minutes, seed and phases can be chosen', () => {
  const args = ['--minutes=0.5', '--seed=7', '--phases=storm']
  assert.deepEqual(parseTortureArguments(args), { minutes: 0.5, seed: 7, phases: ['storm'] })
})

test('what cannot be is told in a sentence', () => {
  const said: string[] = []
  const output = { data: assert.fail, message: (text: string) => void said.push(text) }
  const wrong = ['--minutes=0', '--minutes=x', '--seed=0', '--phases=storm,rain', '--hours=1']
  for (const arg of wrong) assert.throws(() => parseTortureArguments([arg], output), arg)
  const sentences = [/greater than 0/, /greater than 0/, /whole number/, /of storm/, /--hours/]
  assert.equal(said.length, sentences.length)
  for (const [index, sentence] of sentences.entries()) assert.match(said[index] ?? '', sentence)
})
