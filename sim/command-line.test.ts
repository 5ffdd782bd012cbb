import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { failureText, parseSimArguments, replayCommand } from './command-line.ts'
import { drawProfile, FAULTS } from './faults.ts'

const parsed = (...args: readonly string[]) => parseSimArguments(args)

test('the command that replays a run says all that it was told, and nothing more', () => {
  assert.equal(replayCommand(parsed(), 7), 'npm run sim -- --seed=7')
  const all = ['--operations=50', '--engine=sqlite', '--no-loss', '--no-full-disks']
  assert.equal(replayCommand(parsed(...all), 7), `npm run sim -- --seed=7 ${all.join(' ')}`)
})

test('what is not understood is a sentence', () => {
  const said: string[] = []
  const output = { data: assert.fail, message: (text: string) => void said.push(text) }
  const wrong = ['--sed=1', '--no-such-fault', '--seeds=many', '--operations=0', '--engine=paper']
  for (const arg of wrong) assert.throws(() => parseSimArguments([arg], { output }), arg)
  const sentences = [/'--sed=1'/, /no-such-fault/, /whole number from 1/, /whole number/, /sqlite/]
  assert.equal(said.length, sentences.length)
  for (const [index, sentence] of sentences.entries()) assert.match(said[index] ?? '', sentence)
})

test('help names every option and every fault that can be left out', () => {
  const said: string[] = []
  const output = { data: (text: string) => void said.push(text), message: assert.fail }
  assert.throws(() => parseSimArguments(['--help'], { output }))
  for (const part of ['--seed <n>', '--seeds', '--operations', '--engine', ...FAULTS]) {
    assert.ok(said.join().includes(part), part)
  }
})

test('a failure names promise, seed, commit and the command that replays it', () => {
  const profile = drawProfile(seededRandom(1), new Set(FAULTS))
  const violations = [{ promise: 'S3', sentence: 'it was gone' }]
  const operations = { acknowledged: 0, inDoubt: 0, reads: 0, conditional: 0, ringChanges: 0 }
  const counts = { events: 0, virtualMs: 0, ...operations }
  const text = failureText(parsed(), { seed: 9, profile, violations, digest: '', ...counts })
  for (const part of ['seed 9 ', 'S3: it was gone', 'commit ', 'npm run sim -- --seed=9']) {
    assert.ok(text.includes(part), part)
  }
})

test('a fault that is switched off leaves the others as they were', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const whole = drawProfile(seededRandom(seed), new Set())
    const without = drawProfile(seededRandom(seed), new Set(['loss']))
    assert.deepEqual(without, { ...whole, loss: 0 })
  }
})

test('every fault is there in some run and absent from others', () => {
  const profiles = Array.from({ length: 100 }, (_, seed) =>
    drawProfile(seededRandom(seed), new Set()),
  )
  for (const fault of FAULTS) {
    const there = profiles.filter((profile) => profile[fault] > 0).length
    assert.ok(there > 3 && there < 97, `${fault} is in ${there} of 100 runs`)
  }
})
