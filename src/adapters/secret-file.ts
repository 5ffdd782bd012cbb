/**
 * A secret in a file of its own, readable by its owner alone. It is written whole under another
 * name first and then linked into place, which fails when the name is taken: a process that is
 * killed in the middle leaves no half secret behind, and several that start at once agree on one.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs'

export const OWNER_ONLY_FILE = 0o600

/**
 * So many random bytes, as letters that need no quoting. False when the secret exists already, from
 * an earlier run or a faster process; that one stands. Throws when the folder cannot be written.
 */
export function makeSecretFile(path: string, bytes: number): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeDurably(draft, randomBytes(bytes).toString('base64url'))
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', OWNER_ONLY_FILE)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
