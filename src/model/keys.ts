/**
 * The names under which documents stand in the store (contract, "Keys in the store"). The timestamp
 * in a key is the reading's own text, exactly as it was sent.
 */
export const SYSTEM_PREFIX = '_system:'
export const THRESHOLDS_KEY = `${SYSTEM_PREFIX}thresholds`
/** What people have said about alarms. */
export const SAYINGS_KEY = `${SYSTEM_PREFIX}alarm-sayings`
/** Those that hold what people have set; the others are of use to the running store only. */
export const SYSTEM_KEYS: readonly string[] = [THRESHOLDS_KEY, SAYINGS_KEY]

export const readingKey = (floor: number, timestamp: string): string =>
  `energy:p${floor}:${timestamp}`
export const latestKey = (floor: number): string => `energy:p${floor}:latest`
export const indexKey = (floor: number): string => `energy:p${floor}:index`
export const alertKey = (floor: number, epochSeconds: number): string =>
  `alerts:${floor}:${epochSeconds}`

/** In the order of their beginning, whatever the floor. */
export const INCIDENT_PREFIX = 'incidents:'
export const incidentKeyAt = (startMs: number): string =>
  `${INCIDENT_PREFIX}${String(Math.max(0, Math.floor(startMs))).padStart(13, '0')}`
export const incidentKey = (startMs: number, floor: number, metric: string, cause: string) =>
  `${incidentKeyAt(startMs)}:${floor}:${metric}:${cause}`
/** What the watch has learned, for people to see. */
export const LEARNED_PREFIX = 'learned:'
export const learnedKey = (floor: number, metric: string): string =>
  `${LEARNED_PREFIX}p${floor}:${metric}`
/** What a polling detector has learned, where it has no log to keep it in. */
export const seriesStateKey = (floor: number, metric: string): string =>
  `detection:p${floor}:${metric}`

export const isSystemKey = (key: string): boolean => key.startsWith(SYSTEM_PREFIX)

/** Documents under it are changed on conditions (If-Match), and only in that manner. */
export const CONDITIONAL_PREFIX = 'cas:'

/** Which of its two lanes the store keeps a key in; the key alone decides, never the request. */
export const isConditionalKey = (key: string): boolean =>
  key.startsWith(CONDITIONAL_PREFIX) || isSystemKey(key)
