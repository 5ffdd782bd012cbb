/**
 * A role is made of parts: a log, a store, a server, a stage. Each says what runs, what it still
 * waits for, and how to let go of it; a process is the sum of its parts.
 */
import type { NamedService, Running } from './lifecycle.ts'
import type { Readiness } from './ops-server.ts'

export interface Part extends Running {
  readonly readiness?: Readiness
}

export function part(services: readonly NamedService[], close = async () => {}): Part {
  return { services, close }
}

/** Closes in the opposite order, so that nothing outlives what it stands on. */
export function joinParts(parts: readonly Part[]): Part {
  return {
    services: parts.flatMap((one) => one.services),
    readiness: () => firstReason(parts),
    async close() {
      for (const one of parts.toReversed()) await one.close()
    },
  }
}

function firstReason(parts: readonly Part[]): string | undefined {
  for (const one of parts) {
    const reason = one.readiness?.()
    if (reason !== undefined) return reason
  }
  return undefined
}
