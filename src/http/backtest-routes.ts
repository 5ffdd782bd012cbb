/**
 * `GET /api/v1/backtest`: what the watch would have told of a floor's stored readings, so that a
 * budget can be tried before it is set. What is asked for is bounded before anything is read.
 */
import { z } from 'zod'
import { BACKTEST_METRICS, type Backtests } from '../history/backtests.ts'
import { incidentSchema } from '../model/incident.ts'
import { sendAnswer } from './answer.ts'
import {
  floorField,
  isThere,
  readingAnswers,
  stretchFields,
  stretchOf,
  unread,
} from './history-routes.ts'
import type { HttpApp } from './http-app.ts'

/** The same that the setting takes. */
const BUDGET_MIN = 0.01
const BUDGET_MAX = 100

const querySchema = z.object({
  floor: floorField,
  metric: z.enum(BACKTEST_METRICS),
  ...stretchFields,
  budget: z.coerce
    .number()
    .min(BUDGET_MIN)
    .max(BUDGET_MAX)
    .default(1)
    .describe('False alarms that are borne in a month, of the floor; its metrics share it.'),
})
const moment = z.number().nullable().describe('Milliseconds since 1970.')
const summarySchema = z.object({
  readings: z.int().describe('Readings that measured it.'),
  firstMs: moment,
  lastMs: moment,
  alerts: z.int().describe('Notifications that would have opened.'),
  alertsPerMonth: z.number().nullable(),
  budgetPerMonth: z.number().describe('Of this metric: its part of the budget.'),
  byChannel: z.record(z.string(), z.int()).describe('Alerts by the channel that opened them.'),
  learned: z.string().describe('What was known at the end.'),
})
const resultSchema = z.object({
  summary: summarySchema,
  incidents: z.array(incidentSchema).describe('The newest of them, oldest first.'),
})

export function addBacktestRoutes(app: HttpApp, backtests: Backtests): void {
  const schema = {
    tags: ['incidents'],
    summary: 'What the watch would have told of the stored readings, and how often.',
    querystring: querySchema,
    response: { ...readingAnswers, 200: resultSchema },
  }
  app.get('/api/v1/backtest', { schema }, async ({ query }, reply) => {
    const { floor, metric, budget, from, to } = query
    const asked = { floor, metric, budgetPerMonth: budget, ...stretchOf(from, to) }
    const outcome = await backtests.run(asked, isThere(reply))
    if (outcome.kind !== 'done') return sendAnswer(reply, unread(outcome))
    const { summary, incidents } = outcome.value
    return reply.code(200).send({ summary, incidents: [...incidents] })
  })
}
