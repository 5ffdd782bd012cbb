/**
 * How the columns of a recorded file become readings: which column is the time, and for each floor
 * which columns are its sensors. Two files are recognised by their header; for any other, the user
 * writes such a mapping as YAML or JSON:
 *
 *     time: { column: local_time, zone: "+01:00" }   # of times without offset: offset or name
 *     step_seconds: 60                               # the time that the averages of a row cover
 *     floors:
 *       - piano: 1
 *         kw: { column: kitchen_wh, scale: 0.06 }    # value of the column x scale
 *         tensione: { column: voltage_v }
 *         corrente: from-power                       # kW x 1000 / V; or a column
 *         kwh: running-sum                           # of the power; or a column
 */
import { z } from 'zod'

const sourceSchema = z.strictObject({
  column: z.string().min(1),
  scale: z.number().positive().default(1),
})

const floorSchema = z
  .strictObject({
    piano: z.int().min(1),
    kw: sourceSchema.optional(),
    corrente: z.union([sourceSchema, z.literal('from-power')]).optional(),
    tensione: sourceSchema.optional(),
    kwh: z.union([sourceSchema, z.literal('running-sum')]).optional(),
  })
  .refine((floor) => floor.kwh !== 'running-sum' || floor.kw, 'running-sum needs kw')
  .refine(
    (floor) => floor.corrente !== 'from-power' || (floor.kw && floor.tensione),
    'from-power needs kw and tensione',
  )

export const columnMappingSchema = z.strictObject({
  time: z.strictObject({
    column: z.string().min(1),
    zone: z.string().default('UTC').refine(isZone, 'must be an offset or an IANA zone'),
  }),
  step_seconds: z.number().positive(),
  floors: z.array(floorSchema).min(1),
})

export type ColumnSource = z.infer<typeof sourceSchema>
export type FloorColumns = z.infer<typeof floorSchema>
export type ColumnMapping = z.infer<typeof columnMappingSchema>

/** Reads a mapping as a user wrote it. Throws a ZodError that names the wrong fields. */
export function parseColumnMapping(document: unknown): ColumnMapping {
  return columnMappingSchema.parse(document)
}

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

/** A circuit measured as energy, with the voltage of the house and the current that follows. */
const circuit = (piano: number, column: string, kwPerWh: number): FloorColumns => ({
  piano,
  kw: { column, scale: kwPerWh },
  tensione: { column: 'voltage_v', scale: 1 },
  corrente: 'from-power',
  kwh: 'running-sum',
})

const WHOLE_HOUSE: FloorColumns = {
  piano: 4,
  kw: { column: 'power_kw', scale: 1 },
  tensione: { column: 'voltage_v', scale: 1 },
  corrente: { column: 'current_a', scale: 1 },
  kwh: 'running-sum',
}

/** UCI household, French standard time all year round. Wh in a minute x 60 / 1000 = kW. */
export const HOUSEHOLD_MINUTE: ColumnMapping = {
  time: { column: 'local_time', zone: '+01:00' },
  step_seconds: 60,
  floors: [
    circuit(1, 'kitchen_wh', 0.06),
    circuit(2, 'laundry_wh', 0.06),
    circuit(3, 'climate_wh', 0.06),
    WHOLE_HOUSE,
  ],
}

/** The same house by the hour: two circuits, Wh in an hour / 1000 = kW. */
export const HOUSEHOLD_HOUR: ColumnMapping = {
  ...HOUSEHOLD_MINUTE,
  step_seconds: 3600,
  floors: [circuit(1, 'kitchen_wh', 0.001), circuit(2, 'laundry_wh', 0.001), WHOLE_HOUSE],
}

/** The mapping of a file that we know, by its header; the hourly one has no third circuit. */
export function recognisedMapping(header: readonly string[]): ColumnMapping | undefined {
  return [HOUSEHOLD_MINUTE, HOUSEHOLD_HOUR].find((mapping) =>
    columnsOf(mapping).every((column) => header.includes(column)),
  )
}

/** Every column that a mapping asks for, each once. */
export function columnsOf({ time, floors }: ColumnMapping): readonly string[] {
  const sources = floors.flatMap((floor) => [floor.kw, floor.corrente, floor.tensione, floor.kwh])
  const columns = sources.flatMap((source) => (typeof source === 'object' ? [source.column] : []))
  return [...new Set([time.column, ...columns])]
}
