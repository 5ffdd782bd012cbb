/**
 * A process that writes to an engine until it is killed, and says after each call which group is
 * durable now. A group is three rows, a hint for each of them, and a promise. `startEngineWriter`
 * starts it; run without an argument it does nothing.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openSqliteEngine } from '../../src/adapters/sqlite-engine.ts'
import { type StartedProcess, startProcess } from './process.ts'

/** `textCharacters`: of each row, beside the number of its group. */
export function startEngineWriter(path: string, textCharacters = 0): StartedProcess {
  const program = [process.execPath, fileURLToPath(import.meta.url)]
  return startProcess([path, String(textCharacters)], { program })
}

async function writeForEver(path: string, textCharacters: number): Promise<never> {
  const engine = openSqliteEngine({ path })
  const filling = 'x'.repeat(textCharacters)
  for (let group = 1; ; group += 1) {
    const version = { order: group, time: group, writer: 'writer' }
    const text = `{"group":${group},"filling":"${filling}"}`
    const row = (key: string) => ({ partition: 0, key, text, version, expiresMs: null })
    const rows = ['a', 'b', `g${group}`].map((key) => ({ ...row(key), missedBy: [`s${group}`] }))
    engine.apply([...rows, { ...row('cas:a'), intake: 'promise' }])
    engine.setMeta('group', String(group))
    process.stdout.write(`${group}\n`)
    await turn()
  }
}

const [path, textCharacters] = process.argv.slice(2)
if (import.meta.main && path !== undefined) await writeForEver(path, Number(textCharacters))
