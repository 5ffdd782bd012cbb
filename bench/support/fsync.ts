/**
 * What one fsync costs here: the floor under every durable write, and very different from disk to
 * disk.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/process.ts'
import { medianOf } from './quantile.ts'

const TRIES = 50
const BYTES = 4096

export function fsyncLine(): string {
  const file = openSync(join(temporaryFolder('fsync'), 'file'), 'w')
  const tookMs = Array.from({ length: TRIES }, (_, n) => {
    writeSync(file, Buffer.alloc(BYTES, n))
    const startMs = performance.now()
    fsyncSync(file)
    return performance.now() - startMs
  })
  closeSync(file)
  return `one fsync takes ${medianOf(tookMs).toFixed(2)} ms on this disk`
}
