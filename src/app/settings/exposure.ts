/**
 * Default secrets are known to everybody, and one that a machine made for itself is known to no
 * other. Both are good as long as only this machine can reach the port, and refused at start on any
 * other address, so that nobody opens a door by changing one setting.
 */
import { isIP } from 'node:net'
import type { Settings } from '../settings.ts'
import { type Resolved, SettingsError } from './resolve.ts'
import type { Role } from './setting.ts'
import { DEFAULT_ADMIN_NAME, DEFAULT_ADMIN_TOKEN } from './store.ts'

interface Guard {
  readonly roles: readonly Role[]
  readonly isOpen: (settings: Settings) => boolean
  readonly remedy: string
}

const GUARDS: readonly Guard[] = [
  {
    roles: ['up', 'coordinator', 'login'],
    isOpen: (settings) => settings.adminToken === DEFAULT_ADMIN_TOKEN,
    remedy: 'ADMIN_TOKEN (or ADMIN_TOKEN_FILE)',
  },
  {
    roles: ['up', 'login'],
    isOpen: (settings) => settings.adminPass === DEFAULT_ADMIN_NAME,
    remedy: 'ADMIN_PASS (or ADMIN_PASS_FILE)',
  },
  {
    roles: ['up', 'coordinator'],
    isOpen: (settings) => settings.internalBroadcastToken === null,
    remedy: 'INTERNAL_BROADCAST_TOKEN (or INTERNAL_BROADCAST_TOKEN_FILE)',
  },
  {
    roles: ['coordinator', 'shard'],
    isOpen: (settings) => settings.clusterSecret === null,
    remedy: 'CLUSTER_SECRET (or CLUSTER_SECRET_FILE)',
  },
]

/**
 * Throws SettingsError that names what to set, when the address is reachable and a secret is not.
 */
export function refuseOpenDoors({ role, settings }: Resolved): void {
  if (isLoopback(settings.host)) return
  const open = GUARDS.filter((guard) => guard.roles.includes(role) && guard.isOpen(settings))
  if (open.length === 0) return
  throw new SettingsError(
    `Host ${settings.host} can be reached from other machines, and there ${role} needs secrets ` +
      `of your own. Set ${open.map((guard) => guard.remedy).join(', ')}, or listen on 127.0.0.1.`,
  )
}

/** 127.0.0.0/8, ::1 and localhost. Any other name may be anything. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost'
}
