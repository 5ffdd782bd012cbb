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

/** How the replicas are cared for. */
export interface CareReport {
  readonly hintsWaiting: number
  readonly partitionsRepaired: number
  readonly repairAgeSeconds: number
  readonly rowsDiverged: number
  readonly bytesCarried: number
}

/** Null: another coordinator does. */
export type CareReporter = () => CareReport | null

/** The stages of this process. Never rejects. */
export type PipelineReport = () => Promise<readonly PipelineStage[]>

const stageSchema = z
  .object({
    stage: z.string(),
    ratePerSecond: z.number().describe('Readings (archive: alarms), a mean over the last minute.'),
    lag: z.int().nullable().describe('Records that wait in the log; null: nobody can say.'),
    errors: z.int().describe('Warnings and errors since the process started.'),
  })
  .meta({ id: 'Stage' })
const careSchema = z
  .object({
    hintsWaiting: z.int().describe('Rows that shards keep in mind for one that missed them.'),
    partitionsRepaired: z.int().describe('Whose replicas were compared, and left equal.'),
    repairAgeSeconds: z.number().describe('Since then, of the partition that waits longest.'),
    rowsDiverged: z.int().describe('Found to be missing or other on some replica.'),
    bytesCarried: z.number().describe('To the replicas that lacked them.'),
  })
  .describe('Since this coordinator cares for the replicas; null: another one does.')
  .meta({ id: 'Care' })
const systemSchema = z.object({
  pipeline: z.array(stageSchema).describe('The stages of this process, in the order of a reading.'),
  store: infoSchema,
  care: careSchema.nullable(),
})

export interface SystemParts {
  readonly pipeline: PipelineReport
  readonly care: CareReporter
  readonly ring: Pick<RingAdmin, 'info'>
  readonly store: Pick<Store, 'status'>
}

export function addSystemRoutes(app: HttpApp, parts: SystemParts): void {
  const { pipeline: report, care, ring, store } = parts
  const schema = {
    tags: ['operations'],
    summary: 'The stages of this process, and the ring.',
    response: { 200: systemSchema },
  }
  app.get('/api/v1/system', { schema }, async () => {
    const [pipeline, { reachable }] = await Promise.all([report(), store.status()])
    return { pipeline: [...pipeline], store: infoBody(ring.info(), reachable), care: care() }
  })
}
