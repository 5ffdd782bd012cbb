/**
 * Orders for the producer process, and what it answers.
 */
import type { LogDescription } from '../../test/support/log-description.ts'
import { type StartedProcess, startProcess } from '../../test/support/process.ts'

export interface ProducerOrder {
  readonly log: LogDescription
  /** Number of the first reading, and how many. */
  readonly first: number
  readonly count: number
  readonly floors: number
  /** Null = as fast as the log takes them. */
  readonly perSecond: number | null
}

export interface Produced {
  readonly sent: number
  /** Appends that were refused and tried again. */
  readonly errors: number
  readonly seconds: number
}

export interface Producing {
  readonly pid: number
  readonly produced: Promise<Produced>
}

const PRODUCER = new URL('../processes/producer.ts', import.meta.url).pathname

export function startProducer(order: ProducerOrder): Producing {
  const program = [process.execPath, PRODUCER, JSON.stringify(order)]
  const started = startProcess([], { program })
  return { pid: started.pid, produced: resultOf(started) }
}

async function resultOf(started: StartedProcess): Promise<Produced> {
  const { code } = await started.exited
  if (code !== 0) throw new Error(`The producer failed: ${started.stderr()}`)
  return JSON.parse(started.stdout()) as Produced
}
