/**
 * Which alarms an alert document of the store holds, by the ids that people were shown.
 */
interface AlertDocument {
  readonly piano: number
  readonly eventi: readonly { readonly metrica: string; readonly tipo: string }[]
  readonly raw: { readonly timestamp: string }
}

/** For tests in which no two readings of a floor share a second. */
export function eventIds(document: unknown): readonly string[] {
  const { piano, eventi, raw } = document as AlertDocument
  return eventi.map(({ metrica, tipo }) => `${piano}:${metrica}:${tipo}:${raw.timestamp}`)
}
