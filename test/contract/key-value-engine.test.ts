/**
 * The engines on the suites of their port.
 */
import { join } from 'node:path'
import { MemoryDisk, openMemoryEngine } from '../../src/adapters/memory-engine.ts'
import { openSqliteEngine } from '../../src/adapters/sqlite-engine.ts'
import type { KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import type { EngineHarness } from '../support/engine-under-test.ts'
import { temporaryFolder } from '../support/process.ts'
import { keyValueEngineSuite } from './key-value-engine.suite.ts'
import { engineBallotsSuite } from './key-value-engine-ballots.suite.ts'
import { engineHintsSuite } from './key-value-engine-hints.suite.ts'
import { engineRepairSuite } from './key-value-engine-repair.suite.ts'

const folder = temporaryFolder('engine')
let files = 0

const ENGINES: readonly EngineHarness[] = [
  {
    name: 'memory',
    disk(bytesMax = Number.POSITIVE_INFINITY) {
      const disk = Object.assign(new MemoryDisk(), { bytesMax })
      return { open: () => openMemoryEngine(disk) }
    },
  },
  {
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
  },
]

for (const harness of ENGINES) {
  keyValueEngineSuite(harness)
  engineBallotsSuite(harness)
  engineHintsSuite(harness)
  engineRepairSuite(harness)
}
