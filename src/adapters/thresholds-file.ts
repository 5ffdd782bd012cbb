/**
 * The file of the thresholds (THRESHOLDS_PATH), written for people to read. Somebody may have
 * edited it, so what cannot be read is told in a sentence and never taken for nothing.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { parseStoredThresholds, type Thresholds } from '../model/thresholds.ts'
import type { FileContent, ThresholdsFile } from '../ports/thresholds-file.ts'
import { replaceFile } from './replace-file.ts'

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
  try {
    await replaceFile(path, `${JSON.stringify(thresholds, null, 2)}\n`)
  } catch (error) {
    throw new Error(`${path} cannot be written: ${why(error)}`, { cause: error })
  }
}
