/**
 * `GET /api/v1/learned`: how far the watch is with each floor and metric, so that a page can say
 * why it does not judge yet. Empty where the original rule judges.
 */
import { z } from 'zod'
import type { IncidentStore } from '../history/incidents.ts'
import { listLearned } from '../history/learned.ts'
import { learnedSchema } from '../model/learned.ts'
import { sendAnswer } from './answer.ts'
import { floorField, readingAnswers } from './history-routes.ts'
import type { HttpApp } from './http-app.ts'
import { refusedAnswer } from './outcomes.ts'

const querySchema = z.object({
  floor: floorField.optional(),
  from: z.string().default('').describe('The `next` of the page before.'),
})
const listSchema = z.object({
  items: z.array(learnedSchema).describe('By floor.'),
  next: z.string().nullable().describe('Given as `from` it goes on here; null = no more.'),
})

export function addLearnedRoutes(app: HttpApp, store: IncidentStore): void {
  const schema = {
    tags: ['incidents'],
    summary: 'What the watch has learned of each floor and metric so far.',
    querystring: querySchema,
    response: { ...readingAnswers, 200: listSchema },
  }
  app.get('/api/v1/learned', { schema }, async ({ query }, reply) => {
    const found = await listLearned(store, query.floor, query.from)
    return found.kind === 'learned'
      ? reply.code(200).send({ items: [...found.items], next: found.next })
      : sendAnswer(reply, refusedAnswer(found, 'query'))
  })
}
