/**
 * Starts planned services the way a container engine would: each when those it waits for are ready,
 * which is exit 0 for a job, a passed check for a service that has one. Whatever is still running
 * at the end is killed, so a test that fails leaves nothing behind.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../src/model/must.ts'
import type { PlannedService } from './compose-plan.ts'
import { type StartedProcess, startProcess } from './process.ts'

const READY_TIMEOUT_MS = 90_000
const CHECK_INTERVAL_MS = 250
/** What a message about a failed service quotes of its output. */
const OUTPUT_CHARACTERS_MAX = 4_000

interface Running {
  readonly planned: PlannedService
  readonly process: StartedProcess
}

export interface ComposeProcesses {
  /** Resolves when jobs are done and services ready; rejects with the output of one that failed. */
  start(): Promise<void>
  /** Asks every service to stop, all at once; their exits by name. */
  stop(): Promise<Readonly<Record<string, number | string>>>
  /** What a service has printed last. */
  output(name: string): string
  /** The first place, at any time, where a service has printed this. */
  said(name: string, pattern: RegExp): RegExpMatchArray | null
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
    output: (name) => outputOf(must(running.get(name), `${name} was started`)),
    said: (name, pattern) => {
      const { process } = must(running.get(name), `${name} was started`)
      return `${process.stdout()}${process.stderr()}`.match(pattern)
    },
    kill: async () => {
      cancel.abort()
      for (const { process } of running.values()) process.kill('SIGKILL')
      await Promise.allSettled(ready.values())
      await Promise.all([...running.values()].map(exitOf))
    },
  }
}

function launch(planned: PlannedService, folder: string): Running {
  const workingFolder = join(folder, 'working', planned.name)
  for (const path of [workingFolder, ...planned.folders]) mkdirSync(path, { recursive: true })
  const process = startProcess([], {
    program: planned.command,
    cwd: workingFolder,
    env: planned.environment,
  })
  return { planned, process }
}

function outputOf({ process }: Running): string {
  return `${process.stdout()}${process.stderr()}`.slice(-OUTPUT_CHARACTERS_MAX)
}

/** Exit code, or the name of the signal that ended it. */
async function exitOf({ process }: Running): Promise<number | string> {
  const { code, signal } = await process.exited
  return code ?? signal ?? 'nothing'
}

async function untilReady(running: Running, cancelled: AbortSignal): Promise<void> {
  const { planned } = running
  const say = (code: number | string) => `${planned.name} ended with ${code}: ${outputOf(running)}`
  if (planned.isJob) {
    const code = await exitOf(running)
    if (code !== 0) throw new Error(say(code))
    return
  }
  const ended = exitOf(running).then((code) => {
    throw new Error(say(code))
  })
  await Promise.race([ended, untilHealthy(running, cancelled)])
}

async function untilHealthy(running: Running, cancelled: AbortSignal): Promise<void> {
  const { name, check, environment } = running.planned
  const deadlineMs = performance.now() + READY_TIMEOUT_MS
  while (check && !cancelled.aborted) {
    const { code } = await startProcess([], { program: check, env: environment }).exited
    if (code === 0) return
    if (performance.now() > deadlineMs) throw new Error(`${name} is sick: ${outputOf(running)}`)
    await sleep(CHECK_INTERVAL_MS)
  }
}

async function stopAll(
  services: readonly Running[],
): Promise<Readonly<Record<string, number | string>>> {
  for (const { process } of services) process.kill('SIGTERM')
  const exits = services.map(async (one) => [one.planned.name, await exitOf(one)] as const)
  return Object.fromEntries(await Promise.all(exits))
}
