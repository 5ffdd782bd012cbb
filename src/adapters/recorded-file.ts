/**
 * The lines of a recorded file, plain or gzip (told by its first bytes, not by its name), read as a
 * stream: a file of years is never held whole. Errors are sentences that name the file.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

/** A longer line means that this is not a file of lines. UTF-16 code units. */
export const LINE_LENGTH_MAX = 1024 * 1024

/** From the beginning at each call; the file is closed when the reader stops early. */
export async function* recordedLines(
  path: string,
  lengthMax = LINE_LENGTH_MAX,
): AsyncGenerator<string> {
  try {
    yield* linesOf(await textOf(path), lengthMax)
  } catch (error) {
    if (error instanceof LineTooLong) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${path} cannot be read: ${why}`, { cause: error })
  }
}

class LineTooLong extends Error {}

async function textOf(path: string): Promise<AsyncIterable<string>> {
  const isCompressed = await isGzip(path)
  const file = createReadStream(path)
  if (!isCompressed) return file.setEncoding('utf8')
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  gunzip.on('close', () => file.destroy())
  return file.pipe(gunzip).setEncoding('utf8')
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

/** A mark at the beginning and carriage returns are not part of a line. */
async function* linesOf(chunks: AsyncIterable<string>, lengthMax: number): AsyncGenerator<string> {
  let rest = ''
  let isFirst = true
  for await (const chunk of chunks) {
    const lines = (rest + (isFirst ? chunk.replace(/^\uFEFF/, '') : chunk)).split('\n')
    isFirst = false
    rest = lines.pop() ?? ''
    if (rest.length > lengthMax) {
      throw new LineTooLong(`A line is longer than ${lengthMax} characters.`)
    }
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest.replace(/\r$/, '')
}
