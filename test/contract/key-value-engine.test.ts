/**
 * The engines on the suite of their port.
 */
import { join } from 'node:path'
import { MemoryDisk, openMemoryEngine } from '../../src/adapters/memory-engine.ts'
import { openSqliteEngine } from '../../src/adapters/sqlite-engine.ts'
import type { KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import { temporaryFolder } from '../support/process.ts'
import { keyValueEngineSuite } from './key-value-engine.suite.ts'

keyValueEngineSuite({
  name: 'memory',
  disk(bytesMax = Number.POSITIVE_INFINITY) {
    const disk = Object.assign(new MemoryDisk(), { bytesMax })
    return { open: () => openMemoryEngine(disk) }
  },
})

const folder = temporaryFolder('engine')
let files = 0

keyValueEngineSuite({
  name: 'SQLite',
  disk(bytesMax) {
    files += 1
    const path = join(folder, 'made', `${files}.db`)
    let open: KeyValueEngine | undefined
    return {
      open() {
        open?.close()
        open = openSqliteEngine({ path, ...(bytesMax ? { bytesMax } : {}) })
        return open
      },
    }
  },
})
