/**
 * `export FILE` and `import FILE`: all keys of a running store as lines of text, and back into any
 * store, whatever its size. What is newer there stays, so an import may be broken off and begun
 * again.
 */
import {
  checkExport,
  endLine,
  exportedRows,
  headLine,
  STDOUT_PATH,
  writeExport,
} from '../adapters/export-file.ts'
import { systemClock } from '../adapters/system-clock.ts'
import { BackupClient } from './backup-client.ts'
import type { Invocation } from './command.ts'
import { EXIT_DONE } from './lifecycle.ts'
import { CommandError, type Output } from './output.ts'

/** What travels together. */
const ROWS_MAX = 500
const LENGTH_MAX = 4 * 1024 * 1024

export async function exportKeys({ resolved, args, json, output }: Invocation): Promise<number> {
  const [path = ''] = args
  const tally = { cluster: '', keys: 0 }
  await sentenced(writeExport(path, linesOf(clientOf(resolved, output), tally)))
  const said = json ? JSON.stringify(tally) : `${tally.keys} keys of the cluster ${tally.cluster}`
  if (path === STDOUT_PATH) output.message(said)
  else output.data(said)
  return EXIT_DONE
}

async function* linesOf(
  client: BackupClient,
  tally: { cluster: string; keys: number },
): AsyncGenerator<string> {
  const time = new Date(systemClock.wallMs()).toISOString()
  for (let from: string | null = ''; from !== null; ) {
    const page = await client.exportPage(from)
    if (from === '') {
      tally.cluster = page.cluster
      yield headLine({ cluster: page.cluster, time })
    }
    for (const row of page.rows) {
      tally.keys += 1
      yield JSON.stringify(row)
    }
    from = page.next
  }
  yield endLine(tally.keys)
}

export async function importKeys({ resolved, args, json, output }: Invocation): Promise<number> {
  const [path = ''] = args
  const { keys, cluster, time } = await sentenced(checkExport(path))
  const client = clientOf(resolved, output)
  let kept = 0
  for await (const rows of groupsOf(exportedRows(path))) kept += await client.importRows(rows)
  if (json) output.data(JSON.stringify({ keys, cluster, time, kept }))
  else output.data(`${keys} keys of the cluster ${cluster}, as they were at ${time}`)
  if (kept > 0 && !json) output.message(`${kept} conditional documents stay, changed since then.`)
  return EXIT_DONE
}

async function* groupsOf(lines: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let group: string[] = []
  let length = 0
  for await (const line of lines) {
    const isFull = group.length >= ROWS_MAX || length + line.length > LENGTH_MAX
    if (isFull && group.length > 0) {
      yield group
      group = []
      length = 0
    }
    group.push(line)
    length += line.length
  }
  if (group.length > 0) yield group
}

function clientOf({ settings }: Invocation['resolved'], output: Output): BackupClient {
  const { coordinatorUrl: url, adminToken } = settings
  const waits = (why: string) => output.message(`Waiting for the store (${why}).`)
  return new BackupClient({ url, adminToken, clock: systemClock, waits })
}

/** Of a file that cannot be read or written the sentence is all that is shown. */
async function sentenced<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
