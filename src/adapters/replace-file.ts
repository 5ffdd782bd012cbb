/**
 * Replaces a small file as a whole. It is written beside its place and then renamed, so that
 * whoever reads it, and whatever is killed meanwhile, finds the old one or the new one.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Durable once it resolves. Makes the folder; leaves nothing behind when it rejects. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeDurably(draft, text)
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
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
