/**
 * How wrong the clocks of the machines are, and may be without breaking what is promised.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import type { Quartz } from './clock.ts'
import type { Profile } from './faults.ts'

const SKEW_MS = [300, 1_500, 240_000]
const JUMP_MS = [300, 1_500, 10_000]
/**
 * Shards are not wrong by minutes. Where a shard and a coordinator both are ahead, a row from the
 * future stands on one replica, the others refuse to be brought up to it, and reads that meet it
 * stay unavailable until that time has come or the key is written again.
 */
const SHARD_SKEW_MS_MAX = 1_500
/**
 * Where deleted rows are forgotten within seconds no clock is wrong by more: a deletion that is
 * stamped long ago would be forgotten at once.
 */
const SHORT_GRACE_SKEW_MS_MAX = 1_500
const DRIFT = 0.002
/** Once all is healed. */
const CALM_SKEW_MS_MAX = 200

export function setWrong(quartz: Quartz, profile: Profile, isShard: boolean, random: Random): void {
  const drawnMs = SKEW_MS[profile['clock-skew'] - 1] ?? 0
  const wrongMs = isShard ? Math.min(drawnMs, SHARD_SKEW_MS_MAX) : limited(drawnMs, profile)
  quartz.skewMs = Math.floor((random.unit() * 2 - 1) * wrongMs)
  quartz.rate = 1 + (random.unit() * 2 - 1) * DRIFT * profile['clock-drift']
}

export function jump(quartz: Quartz, profile: Profile, random: Random): void {
  const step = must(JUMP_MS[random.below(JUMP_MS.length)])
  const wrongMs = quartz.skewMs + Math.floor((random.unit() * 2 - 1) * step)
  quartz.skewMs = Math.sign(wrongMs) * limited(Math.abs(wrongMs), profile)
}

export function setRight(quartz: Quartz): void {
  quartz.skewMs = Math.max(-CALM_SKEW_MS_MAX, Math.min(CALM_SKEW_MS_MAX, quartz.skewMs))
  quartz.rate = 1
}

function limited(skewMs: number, profile: Profile): number {
  return profile['short-grace'] > 0 ? Math.min(skewMs, SHORT_GRACE_SKEW_MS_MAX) : skewMs
}
