/**
 * A coordinator is killed and started again by its supervisor, and somebody adds shards at once:
 * both are taken in, and meanwhile the terminal says what it waits for.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { main } from '../../src/app/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { runningShard, runningStore } from '../support/running-store.ts'

const TAKEN_IN_MS_MAX = 120_000

test('shards are added right after the coordinator was killed', async () => {
  const store = await runningStore()
  const late = [await runningShard(), await runningShard()]
  const settled = async () => (await store.get('/sharding/info')).body.rebalance === null
  await eventually('nothing moves', settled)
  await store.coordinator.killAndRestart()
  const urls = late.map(({ url }) => url)
  const said: string[] = []
  const output = { data: () => {}, message: (text: string) => void said.push(text) }
  // Not as a process: the coordinator may have taken over before that has started.
  const add = async () =>
    (await main(['ring', 'add', ...urls, '--coordinator-url', store.url], {}, output)) === 0
  // The first time will do, unless the machine has no time for the partitions either.
  await eventually('both are taken in', add, TAKEN_IN_MS_MAX)
  assert.match(said.join('\n'), /^Another change is under way: add, .*\n {2}waiting: .*takes over/m)
  const { nodes } = (await store.get('/sharding/info')).body
  assert.equal((nodes as string[]).length, 5)
})
