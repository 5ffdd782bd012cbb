/**
 * Many random writes and reads while shards stop, fall silent and lose replies, a minority at a
 * time. What was acknowledged is never read older again, and nothing is called absent that a quorum
 * held.
 */
import assert from 'node:assert/strict'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { must } from '../../src/model/must.ts'
import type { Random } from '../../src/ports/random.ts'
import type { ReadOutcome, WriteOutcome } from '../../src/store/client.ts'
import type { Mood } from '../support/fake-shards.ts'
import { foundedCluster, ready, skewedClock, story } from '../support/store-cluster.ts'

const SEEDS = [1, 2, 3, 4, 5]
const STEPS = 300
const KEYS = 6
const MOODS: readonly Mood[] = ['well', 'stopped', 'silent', 'lossy']

for (const seed of SEEDS) {
  story(`no read misses an acknowledged write, seed ${seed}`, async (t) => {
    const random = seededRandom(seed)
    const { shards, coordinator, startCoordinator } = await foundedCluster(t)
    const other = startCoordinator({}, skewedClock(random.below(3_000) - 1_500))
    await ready(other, 3)
    const stores = [coordinator.store, other.store]
    const history = new History()
    for (let step = 1; step <= STEPS; step += 1) {
      if (random.chance(0.1)) shuffleMoods(shards, random)
      const store = stores[random.below(2)] ?? coordinator.store
      const key = `k${random.below(KEYS)}`
      if (random.chance(0.5)) {
        const [outcome] = await store.write([{ key, text: String(step) }])
        history.wrote(key, step, must(outcome))
      } else {
        const [outcome] = await store.read([key])
        history.read(key, must(outcome))
      }
    }
    assert.ok(history.acknowledgedKeys > KEYS / 2, 'something was acknowledged')
  })
}

/** At most one shard of three stays unwell, another may lose replies for a while. */
function shuffleMoods(shards: readonly { mood: Mood }[], random: Random): void {
  for (const shard of shards) shard.mood = 'well'
  for (const mood of [MOODS[random.below(MOODS.length)], random.chance(0.3) ? 'lossy' : 'well']) {
    const shard = shards[random.below(shards.length)]
    if (shard && mood) shard.mood = mood as Mood
  }
}

/**
 * What a client may expect. Writes count upwards; one whose outcome was unknown may show at any
 * later time, so a read that finds it proves nothing wrong and nothing right.
 */
class History {
  private readonly newest = new Map<string, number>()
  private readonly open = new Set<number>()

  get acknowledgedKeys(): number {
    return this.newest.size
  }

  wrote(key: string, step: number, outcome: WriteOutcome): void {
    if (outcome.kind === 'done') this.newest.set(key, step)
    else if (outcome.kind === 'unknown') this.open.add(step)
    else assert.equal(outcome.kind, 'failed')
  }

  read(key: string, outcome: ReadOutcome): void {
    const least = this.newest.get(key)
    if (outcome.kind === 'absent') assert.equal(least, undefined, `${key} is absent`)
    if (outcome.kind !== 'found') return
    const found = Number(outcome.text)
    if (this.open.has(found)) return
    assert.ok(found >= (least ?? 0), `${key} is ${found} after ${least} was acknowledged`)
  }
}
