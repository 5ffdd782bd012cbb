/**
 * The file of the thresholds (THRESHOLDS_PATH). It is written beside its place and then renamed, so
 * that whoever reads it, and whatever is killed meanwhile, finds it whole.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { parseStoredThresholds, type Thresholds } from '../model/thresholds.ts'
import type { FileContent, ThresholdsFile } from '../ports/thresholds-file.ts'

export function thresholdsFile(path: string): ThresholdsFile {
  return { read: () => read(path), write: (thresholds) => write(path, thresholds) }
}

async function read(path: string): Promise<FileContent> {
  try {
    const text = await readFile(path, 'utf8')
    const document: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return { kind: 'found', thresholds: parseStoredThresholds(document) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' }
    return { kind: 'broken', reason: `${path} cannot be read as thresholds: ${why(error)}` }
  }
}

function why(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ')
  return error instanceof Error ? error.message : String(error)
}

async function write(path: string, thresholds: Thresholds): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeDurably(draft, `${JSON.stringify(thresholds, null, 2)}\n`)
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw new Error(`${path} cannot be written: ${why(error)}`, { cause: error })
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await withFile(path, 'wx', async (file) => {
    await file.writeFile(text)
    await file.sync()
  })
}

/** A rename is durable once its folder is; where a folder cannot be opened it is so anyway. */
async function syncFolder(path: string): Promise<void> {
  await withFile(path, 'r', (folder) => folder.sync()).catch(() => {})
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
