/**
 * Schemas that have a name (`.meta({ id: 'Incident' })`) stand once in the documentation, under
 * that name, and routes point there: else each route would spell out an incident anew. What the
 * libraries make of names is put right here: they lose the words that stand beside a pointer, and
 * they name all that the process has, each twice, as it comes in and as it goes out.
 */
import { isDeepStrictEqual } from 'node:util'
import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'

type Named<T> = Readonly<Record<string, T>>
type Described = { readonly description?: string } | undefined

/** A route as it is documented. */
export const documentRoute: SwaggerTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route)
  if (!schema?.response) return { schema, url }
  const { response, ...others } = withWordsKept(schema)
  const answers = Object.entries(response as Named<object>).map(([status, answer]) => {
    const meant = (route.schema.response as Named<Described>)[status]?.description
    return [status, meant === undefined ? answer : { ...answer, description: meant }]
  })
  return { schema: { ...others, response: Object.fromEntries(answers) }, url }
}

/** All routes of an app, and the schemas that these use. */
export const documentApp: SwaggerTransformObject = (app) =>
  withNamesInUse(withWordsKept(jsonSchemaTransformObject(app)))

/** Beside a pointer there is nothing but for an answer: so it moves inward where words are. */
function withWordsKept<S extends object>(schema: S): S {
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    const isAlone = !Object.hasOwn(Object(value), '$ref') || Object.keys(value).length === 1
    if (isAlone || STATUS.test(key)) return value
    const { $ref, ...words } = value
    return { ...words, allOf: [{ $ref }] }
  })
}
const STATUS = /^\d{3}$/

/** As much of an OpenAPI document as is read here. */
interface Documentation {
  readonly paths?: unknown
  readonly components?: { readonly schemas?: Named<unknown> }
}

/** What the library adds to the name of what comes in. */
const COMES_IN = 'Input'
const POINTER = /"\$ref":"#\/components\/schemas\/([^"]+)"/g

/** With the schemas that are used, under one name where what comes in and what goes out agree. */
export function withNamesInUse<D extends Documentation>(document: D): D {
  const { paths = {}, components = {} } = document
  const all = components.schemas ?? {}
  const used = usedBy(paths, all)
  const nameOf = (name: string) => shortName(name, used, all)
  const kept = [...used].map((name) => [nameOf(name), all[name]] as const)
  const schemas = Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
  const text = JSON.stringify({ ...document, components: { ...components, schemas } })
  return JSON.parse(text.replace(POINTER, (pointer, name) => pointer.replace(name, nameOf(name))))
}

/** Those that routes point to, and those that these point to in turn. */
function usedBy(paths: unknown, schemas: Named<unknown>): ReadonlySet<string> {
  const used = new Set(pointedTo(paths))
  for (const name of used) {
    for (const further of pointedTo(schemas[name])) used.add(further)
  }
  return used
}

function pointedTo(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(POINTER)].map(([, name = '']) => name)
}

/** Without the suffix, unless what goes out under the name is in use and another schema. */
function shortName(name: string, used: ReadonlySet<string>, schemas: Named<unknown>): string {
  const short = name.endsWith(COMES_IN) ? name.slice(0, -COMES_IN.length) : name
  if (!(short in schemas)) return name
  return !used.has(short) || isDeepStrictEqual(schemas[name], schemas[short]) ? short : name
}
