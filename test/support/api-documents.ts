/**
 * The OpenAPI documents that the services hand out, from real processes: what the dashboard's types
 * are made from, and held against.
 */
import type { ApiDocument } from '../../scripts/api-schema.ts'
import { startRole } from './process.ts'

const ROLES = ['coordinator', 'login'] as const

export function runningDocuments(): Promise<readonly ApiDocument[]> {
  return Promise.all(
    ROLES.map(async (role) => {
      const service = await startRole([role, '--port', '0'])
      try {
        const answer = await fetch(`${service.address}/openapi.json`)
        return (await answer.json()) as ApiDocument
      } finally {
        await service.stop()
      }
    }),
  )
}
