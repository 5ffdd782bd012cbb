/**
 * The login: who knows the name and the password is given the admin's token (contract, "login").
 */
import { z } from 'zod'
import type { Trace } from '../ports/trace.ts'
import { createHttpApp, type HttpApp } from './http-app.ts'
import { addOpsRoutes, type OpsParts, statusOkSchema } from './ops-routes.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'
import { RequestTally } from './request-tally.ts'
import { isSameSecret } from './secrets.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
  /** What the login hands out. */
  readonly token: string
}

const loginSchema = z.object({ username: z.string(), password: z.string() })
const tokenSchema = z.object({ token: z.string() })

export function createLoginApp(
  credentials: Credentials,
  parts: OpsParts & { readonly trace: Trace },
): Promise<HttpApp> {
  const tally = new RequestTally()
  /** The dashboard comes from the coordinator, which is another port of the same host. */
  const options = { title: 'EnergyGuard login', trace: parts.trace, tally, isForHost: true }
  return createHttpApp(options, (app) => {
    addLogin(app, credentials)
    const health = { summary: 'It answers.', response: { 200: statusOkSchema } }
    app.get('/health', { schema: health }, () => ({ status: 'ok' as const }))
    addOpsRoutes(app, parts, tally)
  })
}

function addLogin(app: HttpApp, { user, password, token }: Credentials): void {
  const schema = {
    summary: 'The token, for who knows the name and the password.',
    body: loginSchema,
    response: { 200: tokenSchema, 401: sentenceSchema, 422: invalidSchema },
  }
  app.post('/login', { schema }, async ({ body }, reply) => {
    /** Both are compared in any case, so that time does not tell which was wrong. */
    const checks = [isSameSecret(body.username, user), isSameSecret(body.password, password)]
    return checks.includes(false)
      ? reply.code(401).send({ detail: 'Invalid credentials' })
      : reply.code(200).send({ token })
  })
}
