/**
 * A route of the wire by its name, `'GET /api/v1/readings'`, with the types that its document gives
 * it, and the address that a question of it has.
 */
import type { Api } from './wire.generated.ts'

/** Those that answer once. */
export type Route = {
  [R in keyof Api]: Api[R] extends { readonly answer: unknown } ? R : never
}[keyof Api]
export type AnswerOf<R extends Route> = Api[R]['answer']
/** What must be told: parameters of the path and the query, and the body. */
export type Asked<R extends Route> = Omit<Api[R], 'answer'>

/** As parameters come at run time. */
export interface Parameters {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
}

export interface Target {
  readonly method: string
  /** With the query. */
  readonly address: string
}

export function targetOf(route: Route, { path = {}, query = {} }: Parameters): Target {
  const [method = '', pattern = ''] = route.split(' ')
  const place = pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path[name])))
  const known = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString()
  return { method, address: text === '' ? place : `${place}?${text}` }
}
