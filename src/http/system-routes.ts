/**
 * `GET /api/v1/system`: the pipeline and the store at a glance, for the page of that name. A
 * process tells of the stages that it runs itself; what it cannot know is null, never a guess.
 */
import { z } from 'zod'
import type { Store } from '../store/client.ts'
import type { RingAdmin } from '../store/coordinator/ring-admin.ts'
import type { HttpApp } from './http-app.ts'
import { infoBody, infoSchema } from './sharding-routes.ts'

export interface PipelineStage {
  readonly stage: string
  readonly ratePerSecond: number
  readonly lag: number | null
  readonly errors: number
}

/** The stages of this process. Never rejects. */
export type PipelineReport = () => Promise<readonly PipelineStage[]>

const stageSchema = z.object({
  stage: z.string(),
  ratePerSecond: z.number().describe('Readings (archive: alarms), a mean over the last minute.'),
  lag: z.int().nullable().describe('Records that wait in the log; null: nobody can say.'),
  errors: z.int().describe('Warnings and errors since the process started.'),
})
const systemSchema = z.object({
  pipeline: z.array(stageSchema).describe('The stages of this process, in the order of a reading.'),
  store: infoSchema,
})

export function addSystemRoutes(
  app: HttpApp,
  report: PipelineReport,
  ring: Pick<RingAdmin, 'info'>,
  store: Pick<Store, 'status'>,
): void {
  const schema = {
    tags: ['operations'],
    summary: 'The stages of this process, and the ring.',
    response: { 200: systemSchema },
  }
  app.get('/api/v1/system', { schema }, async () => {
    const [pipeline, { reachable }] = await Promise.all([report(), store.status()])
    return { pipeline: [...pipeline], store: infoBody(ring.info(), reachable) }
  })
}
