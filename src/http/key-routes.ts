/**
 * `PUT`, `GET` and `DELETE /key/{key}`, the same on a coordinator and on a shard: how the key and
 * the document are read from the request. What becomes of them is the door's affair.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Answer, sendAnswer } from './answer.ts'
import { type HttpApp, readBodies } from './http-app.ts'
import { conditionsOf, type KeyConditions, REQUEST_ID_LENGTH_MAX } from './key-conditions.ts'
import { keyOfUrl } from './key-path.ts'
import { InvalidRequest, invalidSchema } from './problems.ts'
import { type PutBody, parsePutBody } from './put-body.ts'

export interface KeyDoor {
  put(key: string, body: PutBody, conditions: KeyConditions): Promise<Answer>
  get(key: string): Promise<Answer>
  delete(key: string, conditions: KeyConditions): Promise<Answer>
}

/** The answers of a door beside 422, for the documentation. */
export interface KeyAnswers {
  readonly put: Readonly<Record<number, z.ZodType>>
  readonly get: Readonly<Record<number, z.ZodType>>
  readonly delete: Readonly<Record<number, z.ZodType>>
}

const bodySchema = z.object({
  value: z.record(z.string(), z.unknown()).describe('Any JSON object; its text is kept as sent.'),
  ttl: z.int().min(1).nullish().describe('Gone after so many seconds; absent or null: never.'),
})
const params = z.object({
  key: z
    .string()
    .describe('Any text; encode at least %, ? and #, everything else may be as it is.'),
})

const conditionsSchema = z.object({
  'if-match': z.string().optional().describe('Conditional keys: the etag that was read, or *.'),
  'if-none-match': z.literal('*').optional().describe('Conditional keys: nothing stands there.'),
  'idempotency-key': z
    .string()
    .max(REQUEST_ID_LENGTH_MAX)
    .optional()
    .describe('Conditional keys: sent again under the same one, it takes effect once.'),
})

export const KEY_ROUTE = '/key/:key'
const CONDITIONAL =
  'A key that begins with cas: is changed only by who has seen it: If-Match with the ETag that ' +
  'was read, or If-None-Match: * where nothing may be there yet. 412: the document is another one. ' +
  'Under one Idempotency-Key a change takes effect once, however often it is sent.'

/** Room around the largest document in the body that carries it. */
const ENVELOPE_BYTES_MAX = 4 * 1024

export const bodyBytesMax = (valueBytesMax: number): number => valueBytesMax + ENVELOPE_BYTES_MAX

export function addKeyRoutes(
  app: HttpApp,
  door: KeyDoor,
  answers: KeyAnswers,
  valueBytesMax: number,
): void {
  app.register(async (part: FastifyInstance) => {
    readBodies(part, (text) => text)
    /** The schemas document; keys and bodies are read from what was really sent. */
    const asSent = { validatorCompiler: () => (data: unknown) => ({ value: data }) }
    const options = { ...asSent, bodyLimit: bodyBytesMax(valueBytesMax) }
    const schema = (of: Readonly<Record<number, z.ZodType>>, summary: string) => ({
      tags: ['keys'],
      summary,
      params,
      response: { ...of, 422: invalidSchema },
    })
    const put = {
      ...schema(answers.put, 'Writes a document.'),
      description: CONDITIONAL,
      body: bodySchema,
      headers: conditionsSchema,
    }
    part.put(KEY_ROUTE, { ...options, schema: put }, async (request, reply) => {
      const text = typeof request.body === 'string' ? request.body : undefined
      const body = parsePutBody(text)
      return sendAnswer(reply, await door.put(keyOf(request), body, conditionsOf(request.headers)))
    })
    const get = schema(answers.get, 'Reads a document.')
    part.get(KEY_ROUTE, { ...options, schema: get }, async (request, reply) =>
      sendAnswer(reply, await door.get(keyOf(request))),
    )
    const remove = {
      ...schema(answers.delete, 'Deletes a document.'),
      description: CONDITIONAL,
      headers: conditionsSchema,
    }
    part.delete(KEY_ROUTE, { ...options, schema: remove }, async (request, reply) =>
      sendAnswer(reply, await door.delete(keyOf(request), conditionsOf(request.headers))),
    )
  })
}

/** Throws InvalidRequest. */
export function keyOf(request: Pick<FastifyRequest, 'originalUrl'>): string {
  const path = keyOfUrl(request.originalUrl)
  if (path.kind === 'key') return path.key
  throw new InvalidRequest([{ loc: ['path', 'key'], msg: path.reason, type: 'encoding' }])
}
