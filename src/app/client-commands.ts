/**
 * The commands that talk to a running coordinator: ring, get, put, delete and alerts tail.
 */
import { text as readAll } from 'node:stream/consumers'
import { systemClock } from '../adapters/system-clock.ts'
import type { Invocation } from './command.ts'
import {
  answerOf,
  askCoordinator,
  CHANGE_ANSWER_MS_MAX,
  mustSucceed,
  unreachable,
} from './coordinator-client.ts'
import { EXIT_DONE } from './lifecycle.ts'
import { CommandError, forgiveGoneReader } from './output.ts'
import { previewText, ringText } from './ring-text.ts'
import { sayingWhatItWaitsFor } from './ring-wait.ts'
import { parseEvents, type ServerEvent } from './server-events.ts'
import { SettingsError } from './settings/resolve.ts'

export async function ringInfo({ resolved, json, output }: Invocation): Promise<number> {
  const url = resolved.settings.coordinatorUrl
  const info = mustSucceed(await askCoordinator(url, 'GET', '/sharding/info'))
  output.data(json ? JSON.stringify(info) : ringText(info as Record<string, unknown>))
  return EXIT_DONE
}

export function ringAdd(invocation: Invocation): Promise<number> {
  const isPreview = invocation.switches.has('--preview')
  return isPreview ? previewRing(invocation) : changeRing('/sharding/add-node', invocation)
}

export function ringRemove(invocation: Invocation): Promise<number> {
  return changeRing('/sharding/remove-node', invocation)
}

/** The new shard is looked for at the old one's address unless another is named. */
export function ringReplace(invocation: Invocation): Promise<number> {
  const [node, by = node] = invocation.args
  return sayChanged(invocation, '/sharding/replace-node', { node, with: by })
}

export function ringCancel(invocation: Invocation): Promise<number> {
  return sayChanged(invocation, '/sharding/cancel', {})
}

/** One shard after the other; the first that is refused ends it. */
async function changeRing(path: string, invocation: Invocation): Promise<number> {
  for (const node of invocation.args) await sayChanged(invocation, path, { node })
  return EXIT_DONE
}

async function sayChanged(invocation: Invocation, path: string, body: object): Promise<number> {
  const { json, output } = invocation
  const answer = await askedToChange(invocation, path, body)
  output.data(json ? JSON.stringify(answer) : String((answer as { message?: unknown }).message))
  return EXIT_DONE
}

async function previewRing(invocation: Invocation): Promise<number> {
  const { args, json, output } = invocation
  for (const node of args) {
    const answer = await askedToChange(invocation, '/sharding/add-node', { node, preview: true })
    output.data(json ? JSON.stringify(answer) : previewText(Object(answer)))
  }
  return EXIT_DONE
}

async function askedToChange({ resolved, output }: Invocation, path: string, body: object) {
  const { coordinatorUrl, adminToken } = resolved.settings
  const asAdmin = { authorization: `Bearer ${adminToken}` }
  const asked = askCoordinator(coordinatorUrl, 'POST', path, body, asAdmin, CHANGE_ANSWER_MS_MAX)
  const waiting = { url: coordinatorUrl, say: output.message, clock: systemClock }
  return mustSucceed(await sayingWhatItWaitsFor(waiting, asked))
}

/** For a program, a conditional document comes with the etag under which it may be changed. */
export async function getKey({ resolved, args, json, output }: Invocation): Promise<number> {
  const answer = await askCoordinator(resolved.settings.coordinatorUrl, 'GET', keyPath(args))
  const { value } = mustSucceed(answer) as { value: unknown }
  const { etag } = answer
  const told = etag === undefined ? value : { value, etag }
  output.data(json ? JSON.stringify(told) : JSON.stringify(value, null, 2))
  return EXIT_DONE
}

export async function putKey(invocation: Invocation): Promise<number> {
  const value = parseDocument(await documentText(invocation.args[1] ?? ''))
  return changeKey(invocation, 'PUT', { value })
}

export function deleteKey(invocation: Invocation): Promise<number> {
  return changeKey(invocation, 'DELETE')
}

async function changeKey(invocation: Invocation, method: 'PUT' | 'DELETE', body?: object) {
  const { resolved, args, json, output, switches } = invocation
  const url = resolved.settings.coordinatorUrl
  const answer = await askCoordinator(url, method, keyPath(args), body, conditionsOf(switches))
  const written = mustSucceed(answer) as object
  const { etag } = answer
  const named = etag === undefined ? written : { ...written, etag }
  output.data(json ? JSON.stringify(named) : writtenText(named))
  return EXIT_DONE
}

/** As headers; an etag may be given with its quotes or without. */
function conditionsOf(switches: Invocation['switches']): Readonly<Record<string, string>> {
  const etag = switches.get('--if-match')?.replaceAll('"', '')
  if (etag !== undefined && !/^[!-~]+$/.test(etag)) {
    throw new CommandError('--if-match takes an etag as `energyguard get KEY --json` prints it.')
  }
  return {
    ...(etag === undefined ? {} : { 'if-match': etag === '*' ? etag : `"${etag}"` }),
    ...(switches.has('--if-none-match') ? { 'if-none-match': '*' } : {}),
  }
}

function keyPath([key = '']: readonly string[]): string {
  return `/key/${encodeURIComponent(key)}`
}

function writtenText(answer: { readonly replicas_ok?: unknown; readonly etag?: string }): string {
  const { replicas_ok: replicas, etag } = answer
  return `done, on ${String(replicas)} replicas${etag === undefined ? '' : `, etag ${etag}`}`
}

async function documentText(argument: string): Promise<string> {
  return argument === '-' ? await readAll(process.stdin) : argument
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SettingsError('The document is not JSON. Give an object, for example \'{"a": 1}\'.')
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
      if (!hasConnected) throw error instanceof CommandError ? error : unreachable(url, error)
    }
    invocation.output.message('The stream has ended; trying again.')
    await systemClock.sleep(RECONNECT_MS)
  }
}

async function* openStream(url: string, lastId: string | undefined): AsyncIterable<ServerEvent> {
  const headers = { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) }
  const response = await fetch(`${url}/anomalies/stream`, { headers })
  if (!response.ok) mustSucceed(await answerOf(response))
  if (response.body) yield* parseEvents(response.body)
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
