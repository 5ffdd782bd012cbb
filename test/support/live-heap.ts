/**
 * What a process still refers to, in bytes: its heap after a full garbage collection, asked for
 * over Node's inspector. Unlike resident memory it tells growth from rubbish that is not collected
 * yet.
 */
import { once } from 'node:events'
import { PROGRAM, type StartedProcess } from './process.ts'

/** As `program` of a role that is to be measured. */
export const MEASURED_PROGRAM = [process.execPath, '--inspect=127.0.0.1:0', PROGRAM]

interface HeapUsage {
  readonly usedSize: number
  /** Of buffers. */
  readonly backingStorageSize: number
}

export async function liveHeapBytes(measured: StartedProcess): Promise<number> {
  const address = /^Debugger listening on (ws:\S+)$/m.exec(measured.stderr())?.[1]
  if (address === undefined) throw new Error('The process was not started as MEASURED_PROGRAM.')
  const inspector = new WebSocket(address)
  await once(inspector, 'open')
  await ask(inspector, 'HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = await ask<HeapUsage>(inspector, 'Runtime.getHeapUsage')
  inspector.close()
  return usedSize + backingStorageSize
}

/** One question at a time. */
async function ask<T>(inspector: WebSocket, method: string): Promise<T> {
  inspector.send(JSON.stringify({ id: 1, method }))
  const [{ data }] = (await once(inspector, 'message')) as [{ readonly data: string }]
  return JSON.parse(data).result
}
