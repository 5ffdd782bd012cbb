/**
 * The file of an export: a line that says what it is, a line for each key, and a line with their
 * number, without which the file was cut. It is a stream in both directions, gzip by the name of
 * the file, and stands under its own name only once it is whole and on the disk.
 */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { VALUE_BYTES_MAX } from '../store/client.ts'
import { recordedLines } from './recorded-file.ts'

/** In place of a file's name: standard output. */
export const STDOUT_PATH = '-'
export const EXPORT_FORMAT = 1

/** A text is doubled at the most where it stands within another, and a key is short. */
const LINE_LENGTH_MAX = 3 * VALUE_BYTES_MAX

export interface ExportFacts {
  readonly cluster: string
  /** When it was begun. */
  readonly time: string
  readonly keys: number
}

const headSchema = z.object({
  energyguard: z.literal('export'),
  format: z.int(),
  cluster: z.string(),
  time: z.string(),
})
const endSchema = z.object({ energyguard: z.literal('end'), keys: z.int() })
const rowSchema = z.looseObject({ key: z.string() })

export function headLine({ cluster, time }: Omit<ExportFacts, 'keys'>): string {
  return JSON.stringify({ energyguard: 'export', format: EXPORT_FORMAT, cluster, time })
}

export function endLine(keys: number): string {
  return JSON.stringify({ energyguard: 'end', keys })
}

/** Rejects when it cannot be written; then there is no file, or still the one from before. */
export async function writeExport(path: string, lines: AsyncIterable<string>): Promise<void> {
  if (path === STDOUT_PATH) return await writeToStdout(lines)
  const text = Readable.from(ended(lines))
  const partial = `${path}.part`
  try {
    const file = createWriteStream(partial, { flush: true })
    await (path.endsWith('.gz') ? pipeline(text, createGzip(), file) : pipeline(text, file))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** Line by line until it has gone out: whoever ends the process after that has lost nothing. */
async function writeToStdout(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of ended(lines)) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(line, (error) => (error ? reject(error) : resolve()))
    })
  }
}

async function* ended(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`
}

/** Reads it through once. Throws a sentence when it is no export, or not the whole of one. */
export async function checkExport(path: string): Promise<ExportFacts> {
  let head: z.output<typeof headSchema> | undefined
  let end: z.output<typeof endSchema> | undefined
  let rows = 0
  for await (const line of recordedLines(path, LINE_LENGTH_MAX)) {
    const value = parsed(line)
    if (!head) head = headOf(path, value)
    else if (end) throw new Error(`${path} goes on after its end.`)
    else if (rowSchema.safeParse(value).success) rows += 1
    else end = endSchema.safeParse(value).data ?? wrongLine(path, rows + 2)
  }
  if (!head) throw new Error(`${path} is empty.`)
  if (!end) throw new Error(`${path} was cut: it ends after ${rows} keys without saying so.`)
  if (end.keys !== rows) throw new Error(`${path} has ${rows} keys and should have ${end.keys}.`)
  return { cluster: head.cluster, time: head.time, keys: rows }
}

/** The lines of the keys of a file that was checked. */
export async function* exportedRows(path: string): AsyncGenerator<string> {
  let before: string | undefined
  let isFirst = true
  for await (const line of recordedLines(path, LINE_LENGTH_MAX)) {
    if (before !== undefined) yield before
    before = isFirst ? undefined : line
    isFirst = false
  }
}

function headOf(path: string, value: unknown): z.output<typeof headSchema> {
  const head = headSchema.safeParse(value).data
  if (!head) throw new Error(`${path} is not an export of EnergyGuard.`)
  if (head.format !== EXPORT_FORMAT) {
    throw new Error(`${path} is an export of format ${head.format}; this is ${EXPORT_FORMAT}.`)
  }
  return head
}

function wrongLine(path: string, number: number): never {
  throw new Error(`${path} is damaged: line ${number} is not what an export has.`)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
