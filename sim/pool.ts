/**
 * Runs seeds on all cores. Results are told in the order in which the runs were asked for, however
 * they come in, so what is printed does not depend on the machine.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { must } from '../src/model/must.ts'
import type { EngineKind } from './disk.ts'
import type { Fault } from './faults.ts'
import type { RunReport } from './simulate.ts'

/** What a run needs to know; can be sent to another thread. */
export interface RunTask {
  readonly seed: number
  readonly operations: number
  readonly engine?: EngineKind
  readonly absent?: ReadonlySet<Fault>
  /** Name of a known bug that is put in. */
  readonly mutant?: string
}

interface Waiting {
  readonly task: RunTask
  readonly resolve: (report: RunReport) => void
  readonly reject: (error: unknown) => void
}

/** So many runs ahead of the slowest are held in memory. */
const AHEAD_MAX = 64

export class Pool {
  private readonly workers: Worker[]
  private readonly idle: Worker[]
  private readonly waiting: Waiting[] = []
  private readonly running = new Map<Worker, Waiting>()

  constructor(threads = availableParallelism()) {
    this.workers = Array.from({ length: threads }, () => this.newWorker())
    this.idle = [...this.workers]
  }

  run(task: RunTask): Promise<RunReport> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject })
      this.begin()
    })
  }

  /** The reports of all tasks, in their order. */
  async *inOrder(tasks: readonly RunTask[]): AsyncGenerator<RunReport> {
    const running: Promise<RunReport>[] = []
    let next = 0
    while (next < tasks.length || running.length > 0) {
      for (; running.length < AHEAD_MAX && next < tasks.length; next += 1) {
        const task = tasks[next]
        if (task) running.push(this.run(task))
      }
      const first = running.shift()
      if (first) yield await first
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private newWorker(): Worker {
    const worker = new Worker(new URL('worker.ts', import.meta.url))
    worker.on('message', (report: RunReport) => {
      const done = this.running.get(worker)
      this.running.delete(worker)
      this.idle.push(worker)
      this.begin()
      done?.resolve(report)
    })
    // A broken thread takes the whole run with it: nothing of it may be believed.
    worker.on('error', (error) => this.running.get(worker)?.reject(error))
    return worker
  }

  private begin(): void {
    while (this.idle.length > 0 && this.waiting.length > 0) {
      const [worker, next] = [must(this.idle.pop()), must(this.waiting.shift())]
      this.running.set(worker, next)
      worker.postMessage(next.task)
    }
  }
}
