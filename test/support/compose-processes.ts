/**
 * Starts planned services the way a container engine would: each when those it waits for are ready,
 * which is exit 0 for a job, a passed check for a service that has one. Whatever is still running at
 * the end is killed, so a test that fails leaves nothing behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../src/model/must.ts'
import type { PlannedService } from './compose-plan.ts'

const READY_TIMEOUT_MS = 90_000
const CHECK_INTERVAL_MS = 250
/** What a message about a failed service quotes of its output. */
const OUTPUT_CHARACTERS_MAX = 4_000

interface Running {
  readonly planned: PlannedService
  readonly child: ChildProcess
  /** Exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>
  output: string
}

export interface ComposeProcesses {
  /** Resolves when every job is done and every service ready; rejects with the output of one that failed. */
  start(): Promise<void>
  /** Asks every service to stop, all at once; their exits by name. */
  stop(): Promise<Readonly<Record<string, number | string>>>
  /** What a service has printed. */
  output(name: string): string
  /** Kills what still runs. */
  kill(): Promise<void>
}

/** `folder` must exist; every process works in an empty folder below it. */
export function composeProcesses(
  plan: readonly PlannedService[],
  folder: string,
): ComposeProcesses {
  const running = new Map<string, Running>()
  const ready = new Map<string, Promise<void>>()
  const cancel = new AbortController()
  const become = (name: string): Promise<void> => {
    const known = ready.get(name)
    if (known) return known
    const planned = must(
      plan.find((one) => one.name === name),
      `${name} is planned`,
    )
    const made = Promise.all(planned.waitsFor.map(become)).then(() => {
      cancel.signal.throwIfAborted()
      running.set(name, launch(planned, folder))
      return untilReady(must(running.get(name), name), cancel.signal)
    })
    ready.set(name, made)
    return made
  }
  return {
    start: async () => {
      await Promise.all(plan.map(({ name }) => become(name)))
    },
    stop: () => stopAll([...running.values()].filter(({ planned }) => !planned.isJob)),
    output: (name) => running.get(name)?.output ?? '',
    kill: async () => {
      cancel.abort()
      await Promise.allSettled(ready.values())
      for (const { child } of running.values()) child.kill('SIGKILL')
      await Promise.all([...running.values()].map(({ exit }) => exit))
    },
  }
}

function launch(planned: PlannedService, folder: string): Running {
  const workingFolder = join(folder, 'working', planned.name)
  for (const path of [workingFolder, ...planned.folders]) mkdirSync(path, { recursive: true })
  const [program = '', ...words] = planned.command
  const child = spawn(program, words, {
    cwd: workingFolder,
    env: { PATH: process.env.PATH, ...planned.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const running: Running = { planned, child, exit, output: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      running.output = (running.output + text).slice(-OUTPUT_CHARACTERS_MAX)
    })
  }
  return running
}

async function untilReady(running: Running, cancelled: AbortSignal): Promise<void> {
  const { planned, exit } = running
  if (planned.isJob) {
    const code = await exit
    if (code !== 0) throw new Error(`${planned.name} ended with ${code}: ${running.output}`)
    return
  }
  const ended = exit.then((code) => {
    throw new Error(`${planned.name} ended with ${code} before it was ready: ${running.output}`)
  })
  await Promise.race([ended, untilHealthy(running, cancelled)])
}

async function untilHealthy(running: Running, cancelled: AbortSignal): Promise<void> {
  const { name, check, environment } = running.planned
  const deadlineMs = performance.now() + READY_TIMEOUT_MS
  const [program = '', ...words] = check ?? []
  while (check && !cancelled.aborted) {
    const probe = spawn(program, words, { env: environment, stdio: 'ignore' })
    const [code] = await once(probe, 'exit')
    if (code === 0) return
    if (performance.now() > deadlineMs) throw new Error(`${name} is not healthy: ${running.output}`)
    await sleep(CHECK_INTERVAL_MS)
  }
}

async function stopAll(
  services: readonly Running[],
): Promise<Readonly<Record<string, number | string>>> {
  for (const { child } of services) child.kill('SIGTERM')
  const exits = services.map(async ({ planned, exit }) => [planned.name, await exit] as const)
  return Object.fromEntries(await Promise.all(exits))
}

/** Ports that are free now, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
