/**
 * A fresh place on this machine for services of compose.yaml: a folder, and a free port for each
 * address that the file names.
 */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { must } from '../../src/model/must.ts'
import type { ComposeFile } from './compose-file.ts'
import { endpointsOf, type Place } from './compose-plan.ts'
import { stablePorts } from './ports.ts'
import { temporaryFolder } from './process.ts'
import { ROOT } from './source-files.ts'

/** `bootstrap`: where the broker answers. */
export async function placeFor(file: ComposeFile, bootstrap: string): Promise<Place> {
  const folder = temporaryFolder('energyguard-compose')
  const endpoints = endpointsOf(file)
  const ports = await stablePorts(endpoints.length)
  const { uid, gid } = userInfo()
  return {
    sources: ROOT,
    folder,
    node: process.execPath,
    owner: { user: uid, group: gid },
    addresses: new Map([
      ['kafka:9092', bootstrap],
      ...endpoints.map((endpoint, index) => [endpoint, `127.0.0.1:${ports[index]}`] as const),
    ]),
  }
}

export function urlOf({ addresses }: Place, endpoint: string): string {
  return `http://${must(addresses.get(endpoint), `${endpoint} has an address`)}`
}

export function secretOf({ folder }: Place, name: string): string {
  return readFileSync(join(folder, 'volumes/secrets', name), 'utf8')
}
