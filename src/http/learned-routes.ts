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

const listSchema = z.object({ items: z.array(learnedSchema).describe('By floor.') })

export function addLearnedRoutes(app: HttpApp, store: IncidentStore): void {
  const schema = {
    tags: ['incidents'],
    summary: 'What the watch has learned of each floor and metric so far.',
    querystring: z.object({ floor: floorField.optional() }),
    response: { ...readingAnswers, 200: listSchema },
  }
  app.get('/api/v1/learned', { schema }, async ({ query }, reply) => {
    const found = await listLearned(store, query.floor)
    return found.kind === 'learned'
      ? reply.code(200).send({ items: [...found.items] })
      : sendAnswer(reply, refusedAnswer(found, 'query'))
  })
}
