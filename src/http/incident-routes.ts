/**
 * Incidents, beside the contract: which there are, and that somebody has seen one. Anybody may look
 * and acknowledge, as anybody marks notifications as read.
 */
import { z } from 'zod'
import { INCIDENTS_MAX, LATEST_MS, listIncidents } from '../history/incidents.ts'
import { acknowledged } from '../live/sayings-edits.ts'
import { type AlarmSayings, acknowledgementSchema } from '../model/alarm-sayings.ts'
import { METRICS } from '../model/alert.ts'
import { CAUSES, type Incident, incidentSchema } from '../model/incident.ts'
import { must } from '../model/must.ts'
import { parseTimestamp } from '../model/timestamp.ts'
import { answer, sendAnswer } from './answer.ts'
import { floorField, isThere, momentField, unread } from './history-routes.ts'
import type { HttpApp } from './http-app.ts'
import { type IncidentParts, idSchema, missing, withIncident } from './named-incident.ts'
import { writeAnswers } from './outcome-schemas.ts'
import { InvalidRequest, invalidSchema } from './problems.ts'
import { editAnswer, sayingsRefusal } from './saying-answers.ts'

const querySchema = z.object({
  floor: floorField.optional(),
  metric: z.enum(METRICS).optional(),
  cause: z.enum(CAUSES).optional(),
  state: z.enum(['open', 'closed']).optional(),
  from: momentField.optional().describe('Begun at this time or later.'),
  to: momentField.optional().describe('Begun before this time.'),
  limit: z.coerce.number().int().min(1).max(INCIDENTS_MAX).default(50),
  before: z
    .string()
    .regex(/^\d{13}:\d{1,9}:[a-z_]{1,20}:[a-z]{1,10}$/, 'must be the `next` of the page before')
    .optional(),
})

/** What people have said of it stands beside what was found. */
const viewSchema = incidentSchema
  .extend({
    acknowledgedMs: z.number().nullable(),
    decision: z.enum(['confirmed', 'declined']).nullable().describe('Of a changed level.'),
    expectedBy: z.string().nullable().describe('The expectation that was said of this incident.'),
  })
  .meta({ id: 'IncidentView' })
const listSchema = z.object({
  items: z.array(viewSchema),
  next: z.string().nullable().describe('Given as `before` it goes on here; null = no more.'),
})

const tags = ['incidents']

export function addIncidentRoutes(app: HttpApp, { store, sayings }: IncidentParts): void {
  const list = {
    tags,
    summary: 'Incidents, newest first; each with its evidence and what people said of it.',
    querystring: querySchema,
    response: { ...writeAnswers(listSchema), 422: invalidSchema },
  }
  app.get('/api/v1/incidents', { schema: list }, async ({ query }, reply) => {
    const said = await sayings.read()
    if (said.kind !== 'found') return sendAnswer(reply, sayingsRefusal(said))
    const asked = { ...query, ...stretchOf(query) }
    const page = await listIncidents(store, asked, isThere(reply))
    if (page.kind !== 'page') return sendAnswer(reply, unread(page))
    const items = page.items.map((incident) => withWords(incident, said.sayings))
    return reply.code(200).send({ items, next: page.next })
  })
  const one = {
    tags,
    summary: 'One incident.',
    params: idSchema,
    response: { ...writeAnswers(viewSchema), ...missing },
  }
  app.get('/api/v1/incidents/:id', { schema: one }, async ({ params }, reply) => {
    const said = await sayings.read()
    if (said.kind !== 'found') return sendAnswer(reply, sayingsRefusal(said))
    const show = async (incident: Incident) => answer(200, withWords(incident, said.sayings))
    return sendAnswer(reply, await withIncident(store, params.id, show))
  })
  const seen = {
    tags,
    summary: 'Somebody has seen it. Said twice, it counts once.',
    params: idSchema,
    response: { ...writeAnswers(acknowledgementSchema), ...missing },
  }
  const path = '/api/v1/incidents/:id/acknowledge'
  app.post(path, { schema: seen }, async ({ params }, reply) => {
    const note = async ({ id }: Incident) =>
      editAnswer(await sayings.say((before, ms) => acknowledged(before, id, ms)), (one) => one)
    return sendAnswer(reply, await withIncident(store, params.id, note))
  })
}

function stretchOf({ from, to }: z.infer<typeof querySchema>) {
  const fromMs = from === undefined ? 0 : must(parseTimestamp(from))
  const toMs = to === undefined ? LATEST_MS : must(parseTimestamp(to))
  if (toMs > fromMs) return { fromMs, toMs }
  const loc = ['query', 'to']
  throw new InvalidRequest([{ loc, msg: 'must be later than from', type: 'limit' }])
}

function withWords(incident: Incident, sayings: AlarmSayings) {
  const isOf = (one: { readonly incident: string }) => one.incident === incident.id
  const word = sayings.expected.find((one) => isOf(one) && one.endedMs === null)
  return {
    ...incident,
    acknowledgedMs: sayings.acknowledged.find(isOf)?.saidMs ?? null,
    decision: sayings.decisions.find(isOf)?.decision ?? null,
    expectedBy: word?.id ?? null,
  }
}
