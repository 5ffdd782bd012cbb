/**
 * What people say about alarms beside single incidents: what to be quiet about and when, and what
 * holds of all that was ever said. Detectors in other processes read it here.
 */
import { z } from 'zod'
import type { SayingsBook } from '../live/sayings-book.ts'
import { expectedEnded, muted, muteEnded } from '../live/sayings-edits.ts'
import {
  expectationSchema,
  type MuteTimes,
  muteSchema,
  muteTimesSchema,
  sayingsSchema,
  scopeSchema,
} from '../model/alarm-sayings.ts'
import { must } from '../model/must.ts'
import { parseTimestamp } from '../model/timestamp.ts'
import { adminRefusals, admitAdmin } from './admin-token.ts'
import { answer, sendAnswer } from './answer.ts'
import { momentField } from './history-routes.ts'
import type { HttpApp } from './http-app.ts'
import { idSchema, missing } from './named-incident.ts'
import { writeAnswers } from './outcome-schemas.ts'
import { invalidSchema } from './problems.ts'
import { editAnswer, sayingsRefusal } from './saying-answers.ts'

const [once, , weekly] = muteTimesSchema.options
const until = z.object({ kind: z.literal('until'), until: momentField })
const scope = scopeSchema.shape
const muteBodySchema = z.discriminatedUnion('kind', [
  once.extend(scope),
  until.extend(scope),
  weekly.extend(scope),
])

const tags = ['incidents']
const refusals = { ...adminRefusals, ...missing, 422: invalidSchema }

export interface AlarmParts {
  readonly sayings: SayingsBook
  readonly adminToken: string
}

export function addAlarmRoutes(app: HttpApp, { sayings, adminToken }: AlarmParts): void {
  const all = {
    tags,
    summary: 'All that people have said about alarms; what was taken back has an `endedMs`.',
    response: writeAnswers(sayingsSchema),
  }
  app.get('/api/v1/alarms/sayings', { schema: all }, async (_, reply) => {
    const said = await sayings.read()
    const isHeard = said.kind === 'found'
    return sendAnswer(reply, isHeard ? answer(200, said.sayings) : sayingsRefusal(said))
  })
  const mute = {
    tags,
    summary: 'Be quiet about these: the rest of one incident, until a time, or every week.',
    security: [{ bearer: [] }],
    body: muteBodySchema,
    response: { ...writeAnswers(muteSchema), ...refusals },
  }
  const onRequest = admitAdmin(adminToken)
  app.post('/api/v1/alarms/mutes', { onRequest, schema: mute }, async ({ body }, reply) => {
    const { floor, metric, cause } = body
    const what = { scope: { floor, metric, cause }, times: timesOf(body) }
    const said = await sayings.say((before, saidMs) => muted(before, what, saidMs))
    return sendAnswer(
      reply,
      editAnswer(said, (one) => one),
    )
  })
  addTakingBack(app, sayings, onRequest)
}

function addTakingBack(
  app: HttpApp,
  sayings: SayingsBook,
  onRequest: ReturnType<typeof admitAdmin>,
): void {
  const ways = [
    { what: 'mutes', summary: 'Takes a mute back.', schema: muteSchema, end: muteEnded },
    {
      ...{ what: 'expected', summary: 'Takes back that something was expected.' },
      ...{ schema: expectationSchema, end: expectedEnded },
    },
  ] as const
  for (const { what, summary, schema: taken, end } of ways) {
    const response = { ...writeAnswers(taken), ...refusals }
    const schema = { tags, summary, security: [{ bearer: [] }], params: idSchema, response }
    const path = `/api/v1/alarms/${what}/:id`
    app.delete(path, { onRequest, schema }, async ({ params }, reply) => {
      const said = await sayings.say<object>((before, endedMs) => end(before, params.id, endedMs))
      return sendAnswer(
        reply,
        editAnswer(said, (one) => one),
      )
    })
  }
}

function timesOf(body: z.infer<typeof muteBodySchema>): MuteTimes {
  switch (body.kind) {
    case 'once':
      return { kind: 'once', incident: body.incident }
    case 'until':
      return { kind: 'until', untilMs: must(parseTimestamp(body.until)) }
    case 'weekly': {
      const { kind, weekdays, from, to } = body
      return { kind, weekdays, from, to }
    }
  }
}
