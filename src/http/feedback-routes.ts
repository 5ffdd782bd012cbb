/**
 * What people say of an incident that changes what is told later: it was expected, or the level has
 * changed for good. Both take the admin's token, as limits do. What an expectation would have kept
 * quiet of the past is shown before it is said and when it is.
 */
import { z } from 'zod'
import { effectOn } from '../history/incidents.ts'
import { decided, expectationOf, expected } from '../live/sayings-edits.ts'
import { decisionSchema, expectationSchema } from '../model/alarm-sayings.ts'
import type { Incident } from '../model/incident.ts'
import { adminRefusals, admitAdmin } from './admin-token.ts'
import { answer, sendAnswer } from './answer.ts'
import { isThere, unread } from './history-routes.ts'
import type { HttpApp } from './http-app.ts'
import { type IncidentParts, idSchema, missing, withIncident } from './named-incident.ts'
import { writeAnswers } from './outcome-schemas.ts'
import { InvalidRequest, invalidSchema } from './problems.ts'
import { editAnswer } from './saying-answers.ts'

const effectSchema = z
  .object({
    incidents: z.int().describe('Past ones of the same floor, metric and cause.'),
    covered: z.int().describe('Of these, those that the same word would have kept quiet.'),
    ids: z.array(z.string()).describe('The newest of the covered.'),
  })
  .describe('Others than the incident itself.')
  .meta({ id: 'ExpectationEffect' })
const EVERY_DAY = 'Every day at this time, and not only on this weekday.'
const saidSchema = z.object({ expectation: expectationSchema, past: effectSchema })

const tags = ['incidents']
const refusals = { ...missing, ...adminRefusals, 422: invalidSchema }

export interface FeedbackParts extends IncidentParts {
  readonly adminToken: string
}

export function addFeedbackRoutes(app: HttpApp, parts: FeedbackParts): void {
  addExpecting(app, parts)
  addDeciding(app, parts)
}

function addExpecting(app: HttpApp, { store, sayings, adminToken }: FeedbackParts): void {
  const path = '/api/v1/incidents/:id/expected'
  const preview = {
    tags,
    summary: 'What "that was expected" would have kept quiet of the past; nothing is said yet.',
    params: idSchema,
    querystring: z.object({ everyDay: z.stringbool().default(false).describe(EVERY_DAY) }),
    response: { ...writeAnswers(effectSchema), ...missing, 422: invalidSchema },
  }
  app.get(path, { schema: preview }, async ({ params, query }, reply) => {
    const show = async (incident: Incident) => {
      const past = await effectOn(store, wordOn(incident, query.everyDay), isThere(reply))
      return past.kind === 'effect' ? answer(200, past.effect) : unread(past)
    }
    return sendAnswer(reply, await withIncident(store, params.id, show))
  })
  const say = {
    tags,
    summary: 'That was expected: the like of it, at this time of the week, is kept quiet.',
    security: [{ bearer: [] }],
    params: idSchema,
    body: z.object({ everyDay: z.boolean().default(false).describe(EVERY_DAY) }),
    response: { ...writeAnswers(saidSchema), ...refusals },
  }
  const onRequest = admitAdmin(adminToken)
  app.post(path, { onRequest, schema: say }, async ({ params, body }, reply) => {
    const hear = async (incident: Incident) => {
      const word = wordOn(incident, body.everyDay)
      const past = await effectOn(store, word, isThere(reply))
      if (past.kind !== 'effect') return unread(past)
      const said = await sayings.say((before, saidMs) => expected(before, word, saidMs))
      return editAnswer(said, (expectation) => ({ expectation, past: past.effect }))
    }
    return sendAnswer(reply, await withIncident(store, params.id, hear))
  })
}

function addDeciding(app: HttpApp, { store, sayings, adminToken }: FeedbackParts): void {
  const schema = {
    tags,
    summary: 'Has the level changed for good? Confirmed, it is the usual one from now on.',
    security: [{ bearer: [] }],
    params: idSchema,
    body: z.object({ decision: decisionSchema.shape.decision }),
    response: { ...writeAnswers(decisionSchema), ...refusals },
  }
  const onRequest = admitAdmin(adminToken)
  const path = '/api/v1/incidents/:id/level'
  app.post(path, { onRequest, schema }, async ({ params, body }, reply) => {
    const hear = async (incident: Incident) => {
      if (incident.cause !== 'level') throw wrongCause(NO_LEVEL)
      const said = await sayings.say((all, ms) => decided(all, incident, body.decision, ms))
      return editAnswer(said, (word) => word)
    }
    return sendAnswer(reply, await withIncident(store, params.id, hear))
  })
}

const NO_LEVEL = 'must be of a changed level; of any other say that it was expected'
const IS_LEVEL = 'must not be of a changed level; confirm or decline that one'

function wordOn(incident: Incident, isEveryDay: boolean) {
  if (incident.cause === 'level') throw wrongCause(IS_LEVEL)
  return expectationOf(incident, isEveryDay)
}

function wrongCause(msg: string): InvalidRequest {
  return new InvalidRequest([{ loc: ['path', 'id'], msg, type: 'cause' }])
}
