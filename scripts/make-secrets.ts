/**
 * Makes the secrets of a deployment once: one file for each in the folder given, readable by its
 * owner alone. A secret that exists is never touched, so the job may run at every start, and two
 * jobs at once agree on one.
 *
 * Says on stdout where the secrets are, never what they are: job logs are kept and shown around.
 */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSecretFile, OWNER_ONLY_FILE } from '../src/adapters/secret-file.ts'

/** File name -> random bytes in it. 18 bytes are 24 letters, which a person can still copy. */
const SECRETS: Readonly<Record<string, number>> = {
  admin_token: 32,
  cluster_secret: 32,
  internal_broadcast_token: 32,
  admin_pass: 18,
}
const OWNER_ONLY_FOLDER = 0o700

function main(folder: string | undefined): number {
  if (folder === undefined) return complain('Usage: node scripts/make-secrets.ts FOLDER', 2)
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
  for (const [name, bytes] of Object.entries(SECRETS)) {
    const path = join(folder, name)
    const isNew = makeSecretFile(path, bytes)
    if (readFileSync(path, 'utf8').trim() === '') {
      return complain(`${path} is empty. Delete it, then run this again.`, 1)
    }
    chmodSync(path, OWNER_ONLY_FILE)
    process.stdout.write(`${isNew ? 'made' : 'kept'} ${path}\n`)
  }
  process.stdout.write('The password of admin: docker compose exec login cat /secrets/admin_pass\n')
  return 0
}

function complain(sentence: string, exitCode: number): number {
  process.stderr.write(`${sentence}\n`)
  return exitCode
}

process.exitCode = main(process.argv[2])
