/**
 * Who may change what only an admin changes: whoever sends the admin's token. The thresholds always
 * ask for it; the ring does as soon as the token is not the well-known default, since every client
 * of the original changes it without.
 */
import type { FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import { answer, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { sentenceSchema } from './problems.ts'
import { checkBearer } from './secrets.ts'

export const adminRefusals = {
  401: sentenceSchema.describe('A token is needed.'),
  403: sentenceSchema.describe('The token is wrong.'),
}

/** Before the body is read: whoever may not change anything learns nothing about its form. */
export function admitAdmin(adminToken: string) {
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const check = checkBearer(headers.authorization, adminToken)
    if (check === 'missing') {
      reply.header('www-authenticate', 'Bearer')
      await sendAnswer(reply, answer(401, { detail: 'A token is needed: Authorization: Bearer …' }))
    } else if (check === 'wrong') {
      await sendAnswer(reply, answer(403, { detail: 'The token is wrong' }))
    }
  }
}

const RING_PATH = '/sharding/'

/**
 * Puts the token before every change of the ring, for all routes that are added from now on, so
 * that no route can be forgotten. Null: anybody may change it.
 */
export function guardRingChanges(app: HttpApp, token: string | null): void {
  app.addHook('onRoute', (route) => {
    if (!isRingChange(route)) return
    route.schema = documented(route.schema)
    if (token === null) return
    route.onRequest = [admitAdmin(token), ...[route.onRequest ?? []].flat()]
  })
}

function isRingChange({ url, method }: RouteOptions): boolean {
  const changes = [method].flat().filter((one) => one !== 'GET' && one !== 'HEAD')
  return url.startsWith(RING_PATH) && changes.length > 0
}

/** A token may be needed or not: that is for each coordinator to say. */
function documented(schema: RouteOptions['schema']): FastifySchema {
  const response = { ...Object(schema?.response), ...adminRefusals }
  return { ...schema, security: [{ bearer: [] }, {}], response }
}
