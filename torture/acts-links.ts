/**
 * Strokes against the network: somebody is cut off from everybody, everybody from everybody else,
 * in one direction or in both; links that are slow. What a cut does to what is sent meanwhile is
 * drawn too (see links.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import { between, type Link, type LinkCondition, type LinkState, oneWay } from './links.ts'
import { type Act, type StormWorld, seconds } from './storm-world.ts'

const CUTS: readonly LinkState[] = ['held', 'lost', 'refused']
const DELAY_MS_MAX = 400

export const cutShard: Act = (world, random, durationMs) => {
  const shard = nameOfOne(world.cluster.shards, random)
  const state = pick(CUTS, random)
  const links = between([shard], everybody(world))
  return hurt(world, links, { state }, durationMs, `${shard} cut off (${state})`)
}

export const cutHalves: Act = (world, random, durationMs) => {
  const names = everybody(world)
  const side = names.filter(() => random.chance(0.5))
  const other = names.filter((name) => !side.includes(name))
  const state = pick(CUTS, random)
  const what = `${side.join(', ') || 'nobody'} cut from the rest (${state})`
  return hurt(world, between(side, other), { state }, durationMs, what)
}

export const cutOneWay: Act = (world, random, durationMs) => {
  const { shards, coordinators } = world.cluster
  const name = nameOfOne([...shards, ...coordinators], random)
  // A connection that is refused is refused both ways.
  const state = pick(['held', 'lost'] as const, random)
  const isTo = random.chance(0.5)
  const links = isTo ? oneWay(everybody(world), [name]) : oneWay([name], everybody(world))
  const what = `nothing reaches ${isTo ? name : `anybody from ${name}`} (${state})`
  return hurt(world, links, { state }, durationMs, what)
}

export const cutClient: Act = (world, random, durationMs) => {
  const client = pick(world.clientNames, random)
  const coordinator = nameOfOne(world.cluster.coordinators, random)
  const state = pick(CUTS, random)
  const what = `${client} cut from ${coordinator} (${state})`
  return hurt(world, between([client], [coordinator]), { state }, durationMs, what)
}

export const slowLinks: Act = (world, random, durationMs) => {
  const shard = nameOfOne(world.cluster.shards, random)
  const delayMs = 1 + random.below(DELAY_MS_MAX)
  const links = between([shard], everybody(world))
  return hurt(world, links, { delayMs }, durationMs, `${shard} ${delayMs} ms away`)
}

async function hurt(
  { cluster }: StormWorld,
  links: readonly Link[],
  condition: Partial<LinkCondition>,
  durationMs: number,
  what: string,
): Promise<string> {
  cluster.links.set(links, condition)
  await sleep(durationMs)
  cluster.links.mend(links)
  return `${what} ${seconds(durationMs)}`
}

/** Processes of the store; clients only meet coordinators. */
function everybody({ cluster }: StormWorld): readonly string[] {
  return cluster.members.map(({ name }) => name)
}

function nameOfOne(members: readonly { readonly name: string }[], random: Random): string {
  return pick(members, random).name
}

function pick<T>(list: readonly T[], random: Random): T {
  return must(list[random.below(list.length)])
}
