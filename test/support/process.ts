/**
 * Real processes of EnergyGuard for tests: `startRole(['shard', '--port', '0'])` starts one as a
 * user would, waits until it says that it is ready, and knows the address it printed. Nothing
 * leaks: a process that a test forgot is killed when its file is through, and temporary folders are
 * removed.
 *
 * The environment is empty but for PATH and what a test gives, so that settings of the machine do
 * not reach into tests.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'
import { CLUSTER_SECRET } from './signed-body.ts'

export const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url))
export const PROGRAM = join(ROOT_DIR, 'bin/energyguard.ts')

/**
 * For coordinators over shards that all answer: on a machine that is busy with others an operation
 * may take longer than a client would wait, and is still done.
 */
export const PATIENT = { REQUEST_TIMEOUT_SECS: '10' }

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Program and first arguments; default the running Node on bin/energyguard.ts. */
  readonly program?: readonly string[]
}

export interface RoleOptions extends ProcessOptions {
  /** The data folder; default a fresh temporary one. Give the same again to start a role again. */
  readonly dataDir?: string
  readonly readyTimeoutMs?: number
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface StartedProcess {
  readonly pid: number
  stdout(): string
  stderr(): string
  kill(signal?: NodeJS.Signals): void
  readonly exited: Promise<Ended>
  /** SIGTERM, then waits for the end. */
  stop(): Promise<Ended>
}

export interface RoleProcess extends StartedProcess {
  /** For example `http://127.0.0.1:41873`; empty for a stage without a port. */
  readonly address: string
  readonly dataDir: string
}

/** For a machine that has other things to do; one that ends before is told at once. */
const DEFAULT_READY_MS = 180_000
/** The whole line: it may come in pieces. */
const READY = /^energyguard \S+ ready.*\n/m
const left = new Set<ChildProcess>()
const folders = new Set<string>()

// Scripts and benches start processes too; they have no tests after which to end them.
if (process.argv[1]?.endsWith('.test.ts')) after(endAll)
process.on('exit', endAll)

function endAll(): void {
  for (const child of left) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** A folder under the system's temporary one, removed when the test process ends. */
export function temporaryFolder(name = 'energyguard'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  folders.add(folder)
  return folder
}

/** Starts a program and collects what it says; does not wait for anything. */
export function startProcess(
  args: readonly string[],
  options: ProcessOptions = {},
): StartedProcess {
  const [command = process.execPath, ...first] = options.program ?? [process.execPath, PROGRAM]
  const child = spawn(command, [...first, ...args], {
    cwd: options.cwd ?? ROOT_DIR,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  left.add(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
  const exited = endOf(child)
  return {
    pid: child.pid ?? -1,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exited,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  }
}

/** Resolves after the streams have closed too, so that everything it said is there. */
function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      left.delete(child)
      resolve({ code, signal })
    })
  })
}

/**
 * Starts a role (`['coordinator', '--port', '0']`) and waits until it says that it is ready. Roles
 * have folders of their own here, so they are given the cluster secret that they would find in a
 * common one.
 */
export async function startRole(
  args: readonly string[],
  options: RoleOptions = {},
): Promise<RoleProcess> {
  const dataDir = options.dataDir ?? temporaryFolder()
  const env = { DATA_DIR: dataDir, CLUSTER_SECRET, ...options.env }
  const started = startProcess(args, { ...options, env })
  let ended: Ended | undefined
  void started.exited.then((end) => {
    ended = end
  })
  const ready = await eventually(
    `energyguard ${args.join(' ')} is ready`,
    () => (ended ? 'ended' : READY.exec(started.stdout())?.[0]),
    options.readyTimeoutMs ?? DEFAULT_READY_MS,
  ).catch((error: Error) => {
    started.kill('SIGKILL')
    throw new Error(`${error.message}\n${started.stdout()}\n${started.stderr()}`)
  })
  if (ready === 'ended') {
    const how = JSON.stringify(ended)
    throw new Error(`energyguard ${args.join(' ')} ended early, ${how}: ${started.stderr()}`)
  }
  return { ...started, dataDir, address: /https?:\/\/[^\s,]+/.exec(ready)?.[0] ?? '' }
}

export interface Finished extends Ended {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Finished> {
  const started = startProcess(args, options)
  const ended = await started.exited
  return { ...ended, stdout: started.stdout(), stderr: started.stderr() }
}
