/**
 * The same seed goes the same way, event by event: again in this process, in another one, and on
 * the other engine. Without this a failing seed would be an anecdote.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Pool } from './pool.ts'
import { simulate } from './simulate.ts'

const RUN = fileURLToPath(new URL('run.ts', import.meta.url))
const OPERATIONS = 120

async function digestOf(seed: number, engine: 'memory' | 'sqlite' = 'memory'): Promise<string> {
  return (await simulate({ seed, operations: OPERATIONS, engine })).digest
}

async function digestElsewhere(seed: number): Promise<string | undefined> {
  const args = [RUN, `--seed=${seed}`, `--operations=${OPERATIONS}`]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return /^digest (\w+)$/m.exec(stdout)?.[1]
}

async function digestInThread(seed: number): Promise<string> {
  const pool = new Pool(1)
  const { digest } = await pool.run({ seed, operations: OPERATIONS })
  await pool.close()
  return digest
}

test('a seed goes the same way again, in another process and on the other engine', async () => {
  for (const seed of [5, 11]) {
    const digest = await digestOf(seed)
    assert.equal(await digestOf(seed), digest, 'again')
    assert.equal(await digestElsewhere(seed), digest, 'in another process')
    assert.equal(await digestInThread(seed), digest, 'in a thread of its own')
    assert.equal(await digestOf(seed, 'sqlite'), digest, 'on SQLite')
  }
})

test('another seed goes another way', async () => {
  assert.notEqual(await digestOf(5), await digestOf(6))
})
