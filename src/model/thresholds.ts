/**
 * The limits that a facility manager sets: one default set and, for each floor that wants its own,
 * a whole set that replaces it (contract, `/admin/thresholds`).
 */
import { z } from 'zod'

const limit = (fallback: number) => z.number().min(0).default(fallback)

/** Units: kWh per 30 s, kW, A, V. A field left out takes its default. */
export const thresholdSetSchema = z
  .object({
    delta_kwh_max: limit(0.08),
    kw_max: limit(11.0),
    corrente_max: limit(15.0),
    tensione_max: limit(232.0),
  })
  .meta({ id: 'ThresholdSet' })

const floorNumber = z
  .string()
  .regex(/^[1-9]\d*$/, 'a floor must be an integer >= 1, for example "2"')

export const thresholdsSchema = z
  .object({
    default: thresholdSetSchema.prefault({}),
    per_floor: z.record(floorNumber, thresholdSetSchema).default({}),
  })
  .meta({ id: 'Thresholds' })

export type ThresholdSet = z.infer<typeof thresholdSetSchema>
export type Thresholds = z.infer<typeof thresholdsSchema>

export const DEFAULT_THRESHOLDS: Thresholds = thresholdsSchema.parse({})

/** The set that holds on a floor: its own, else the default. */
export function thresholdsFor(thresholds: Thresholds, floor: number): ThresholdSet {
  return thresholds.per_floor[String(floor)] ?? thresholds.default
}

/**
 * Reads a stored document. A flat set (neither `default` nor `per_floor`), as the original wrote
 * it, is read as the default set. Throws a ZodError that names the wrong fields.
 */
export function parseStoredThresholds(document: unknown): Thresholds {
  const isObject = typeof document === 'object' && document !== null
  const isFlat = isObject && !('default' in document) && !('per_floor' in document)
  return thresholdsSchema.parse(isFlat ? { default: document } : document)
}
