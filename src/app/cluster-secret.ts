/**
 * The secret with which coordinators sign what they ask of shards. Whoever starts roles by hand on
 * one machine need not know of it: the first process makes it in the data folder, where the others
 * find it. Only those that listen on loopback come here without one; see settings/exposure.ts.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSecretFile } from '../adapters/secret-file.ts'
import { CommandError } from './output.ts'
import type { Settings } from './settings.ts'

const SECRET_FILE = 'cluster-secret'
const SECRET_BYTES = 32

/** Throws CommandError when none was given and none can be kept. */
export function clusterSecret({
  clusterSecret: given,
  dataDir,
}: Pick<Settings, 'clusterSecret' | 'dataDir'>): string {
  return given ?? keptSecret(dataDir)
}

function keptSecret(dataDir: string): string {
  const path = join(dataDir, SECRET_FILE)
  const secret = orExplained(path, () => {
    mkdirSync(dataDir, { recursive: true })
    makeSecretFile(path, SECRET_BYTES)
    return readFileSync(path, 'utf8').trim()
  })
  if (secret !== '') return secret
  throw new CommandError(`${path} is empty. Delete it, then start every role of the store again.`)
}

function orExplained(path: string, read: () => string): string {
  try {
    return read()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError(
      `The cluster secret cannot be kept in ${path} (${why}). Give the same CLUSTER_SECRET (or ` +
        'CLUSTER_SECRET_FILE) to every shard and coordinator, or choose another --data-dir.',
      { cause: error },
    )
  }
}
