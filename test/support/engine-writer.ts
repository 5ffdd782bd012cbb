/**
 * A process that writes to an engine until it is killed, and says after each call which group is
 * durable now. A group is three rows, a hint for each of them, and a promise. `startEngineWriter`
 * starts it; run without an argument it does nothing.
 */
import { fileURLToPath } from 'node:url'
import { openSqliteEngine } from '../../src/adapters/sqlite-engine.ts'
import { type StartedProcess, startProcess } from './process.ts'

export function startEngineWriter(path: string): StartedProcess {
  return startProcess([path], { program: [process.execPath, fileURLToPath(import.meta.url)] })
}

function writeForEver(path: string): never {
  const engine = openSqliteEngine({ path })
  for (let group = 1; ; group += 1) {
    const version = { order: group, time: group, writer: 'writer' }
    const text = `{"group":${group}}`
    const row = (key: string) => ({ partition: 0, key, text, version, expiresMs: null })
    const rows = ['a', 'b', `g${group}`].map((key) => ({ ...row(key), missedBy: [`s${group}`] }))
    engine.apply([...rows, { ...row('cas:a'), intake: 'promise' }])
    engine.setMeta('group', String(group))
    process.stdout.write(`${group}\n`)
  }
}

const [path] = process.argv.slice(2)
if (import.meta.main && path !== undefined) writeForEver(path)
