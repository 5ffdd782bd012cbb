/**
 * The incident that an address names: found, or answered for that there is none.
 */
import { z } from 'zod'
import { findIncident, type IncidentStore } from '../history/incidents.ts'
import type { SayingsBook } from '../live/sayings-book.ts'
import type { Incident } from '../model/incident.ts'
import { type Answer, answer } from './answer.ts'
import { refusedAnswer } from './outcomes.ts'
import { sentenceSchema } from './problems.ts'

export interface IncidentParts {
  readonly store: IncidentStore
  readonly sayings: SayingsBook
}

export const idSchema = z.object({ id: z.string().max(100) })
export const missing = { 404: sentenceSchema.describe('There is none of this name.') }

const NO_INCIDENT = answer(404, { detail: 'There is no incident of this name' })

export async function withIncident(
  store: IncidentStore,
  id: string,
  use: (incident: Incident) => Promise<Answer>,
): Promise<Answer> {
  const found = await findIncident(store, id)
  if (found.kind === 'missing') return NO_INCIDENT
  return found.kind === 'found' ? await use(found.incident) : refusedAnswer(found, 'path')
}
