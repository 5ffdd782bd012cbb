/**
 * The commands that talk to a running coordinator: ring, get, put, delete and alerts tail.
 */
import { text as readAll } from 'node:stream/consumers'
import { systemClock } from '../adapters/system-clock.ts'
import type { Invocation } from './command.ts'
import { askCoordinator, mustSucceed, unreachable } from './coordinator-client.ts'
import { EXIT_DONE } from './lifecycle.ts'
import { CommandError, forgiveGoneReader } from './output.ts'
import { parseEvents, type ServerEvent } from './server-events.ts'

export async function ringInfo({ resolved, json, output }: Invocation): Promise<number> {
  const url = resolved.settings.coordinatorUrl
  const info = mustSucceed(await askCoordinator(url, 'GET', '/sharding/info'))
  output.data(json ? JSON.stringify(info) : ringText(info as Record<string, unknown>))
  return EXIT_DONE
}

function ringText(info: Record<string, unknown>): string {
  const facts = Object.entries(info).filter(([, value]) => typeof value !== 'object')
  const lines = facts.map(([name, value]) => `${name}: ${String(value)}`)
  const shards = listOf(info.shards).map((shard) => `  ${shardText(Object(shard))}`)
  const problems = listOf(info.problems).map((problem) => `  ${String(problem)}`)
  return [
    ...lines,
    'nodes:',
    ...shards,
    ...(problems.length > 0 ? ['problems:'] : []),
    ...problems,
  ].join('\n')
}

/** One line: where it is, how it is, and what is wrong with it. */
function shardText({ node, health, keys, writable, problem }: Record<string, unknown>): string {
  const words = [health, keys === null ? undefined : `${keys} keys`]
  const troubles = [writable === false ? 'read-only: its disk is full' : undefined, problem]
  const said = [...words, ...troubles].filter((word) => typeof word === 'string')
  return `${String(node)}  ${said.join(', ')}`
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function ringAdd(invocation: Invocation): Promise<number> {
  return changeRing('/sharding/add-node', invocation)
}

export function ringRemove(invocation: Invocation): Promise<number> {
  return changeRing('/sharding/remove-node', invocation)
}

/** One shard after the other; the first that is refused ends it. */
async function changeRing(path: string, { resolved, args, json, output }: Invocation) {
  for (const node of args) {
    const { coordinatorUrl, adminToken } = resolved.settings
    const asked = await askCoordinator(coordinatorUrl, 'POST', path, { node }, adminToken)
    const answer = mustSucceed(asked)
    output.data(json ? JSON.stringify(answer) : String((answer as { message?: unknown }).message))
  }
  return EXIT_DONE
}

export async function getKey({ resolved, args, json, output }: Invocation): Promise<number> {
  const answer = await askCoordinator(resolved.settings.coordinatorUrl, 'GET', keyPath(args))
  const { value } = mustSucceed(answer) as { value: unknown }
  output.data(json ? JSON.stringify(value) : JSON.stringify(value, null, 2))
  return EXIT_DONE
}

export async function putKey({ resolved, args, json, output }: Invocation): Promise<number> {
  const url = resolved.settings.coordinatorUrl
  const value = parseDocument(await documentText(args[1] ?? ''))
  const answer = mustSucceed(await askCoordinator(url, 'PUT', keyPath(args), { value }))
  output.data(json ? JSON.stringify(answer) : writtenText(answer))
  return EXIT_DONE
}

export async function deleteKey({ resolved, args, json, output }: Invocation): Promise<number> {
  const url = resolved.settings.coordinatorUrl
  const answer = mustSucceed(await askCoordinator(url, 'DELETE', keyPath(args)))
  output.data(json ? JSON.stringify(answer) : writtenText(answer))
  return EXIT_DONE
}

function keyPath([key = '']: readonly string[]): string {
  return `/key/${encodeURIComponent(key)}`
}

function writtenText(answer: unknown): string {
  return `done, on ${String((answer as { replicas_ok?: unknown }).replicas_ok)} replicas`
}

async function documentText(argument: string): Promise<string> {
  return argument === '-' ? await readAll(process.stdin) : argument
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('The document is not JSON. Give an object, for example \'{"a": 1}\'.')
  }
}

const RECONNECT_MS = 1_000

/** Prints alarms until Ctrl-C or until nobody reads; comes back after an outage where it was. */
export async function tailAlerts(invocation: Invocation): Promise<number> {
  const url = invocation.resolved.settings.coordinatorUrl
  let lastId: string | undefined
  let hasConnected = false
  forgiveGoneReader(process.stdout, () => process.exit(EXIT_DONE))
  for (;;) {
    try {
      for await (const event of openStream(url, lastId)) {
        hasConnected = true
        lastId = event.id ?? lastId
        printEvent(event, invocation)
      }
    } catch (error) {
      if (!hasConnected) throw unreachable(url, error)
    }
    invocation.output.message('The stream has ended; trying again.')
    await systemClock.sleep(RECONNECT_MS)
  }
}

async function* openStream(url: string, lastId: string | undefined): AsyncIterable<ServerEvent> {
  const headers = { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) }
  const response = await fetch(`${url}/anomalies/stream`, { headers })
  if (!response.ok || !response.body) throw new CommandError(`HTTP ${response.status}`)
  yield* parseEvents(response.body)
}

function printEvent(event: ServerEvent, { json, output }: Invocation): void {
  if (event.name === 'gap') output.message('Older alarms are gone; see GET /notifications.')
  if (event.name !== 'anomaly') return
  output.data(json ? event.data : alarmText(JSON.parse(event.data)))
}

function alarmText(alarm: Record<string, unknown>): string {
  const time = new Date(Number(alarm.timestamp_ms)).toISOString()
  return `${time}  floor ${alarm.floor}  ${alarm.severity}  ${alarm.message}`
}
