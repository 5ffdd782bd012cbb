/**
 * Types of the wire out of an OpenAPI document: each route becomes one entry of one interface,
 * `'GET /api/v1/readings': { query, answer }`; a stream is `{ events }`, the data of each by name.
 * Schemas that have a name in the document have a type of that name.
 * The dashboard asks through it (`webapp/src/api/http.ts`), so whatever the coordinator changes is
 * a type error there before it is a blank panel. Pure but for the library, which wants to be waited
 * for; the same document always makes the same text.
 *
 * The better-known openapi-typescript prints through the programming interface of the TypeScript
 * compiler, which the compiler that checks this project no longer has.
 */
import { compile } from 'json-schema-to-typescript'

type Schema = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema: Schema } | undefined>>

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** As much of it as is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

/** Where the result stands. */
export const API_TYPES_PATH = 'webapp/src/api/wire.generated.ts'

const BANNER = '/** Made by `npm run api-types` out of the running services; never edit it. */'
const JSON_TYPE = 'application/json'
const STREAM_TYPE = 'text/event-stream'
/** As the rest of the sources is formatted. */
const STYLE = { semi: false, singleQuote: true, printWidth: 100 }

/** Rejects on a schema that has no type. */
export function apiTypes(documents: readonly ApiDocument[]): Promise<string> {
  return compile(schemaOf(documents), 'Api', {
    additionalProperties: false,
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    style: STYLE,
  })
}

function schemaOf(documents: readonly ApiDocument[]): Schema {
  const routes = documents
    .flatMap(({ paths }) => Object.entries(paths))
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) => {
        const route = routeOf(operation)
        return route ? [[`${method.toUpperCase()} ${path}`, route] as const] : []
      }),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const named = documents.map(({ components }) => components?.schemas)
  return { ...objectOf(Object.fromEntries(routes)), $defs: clean(Object.assign({}, ...named)) }
}

/** Undefined where neither JSON nor events are to be had. */
function routeOf(operation: Operation): Schema | undefined {
  const content = operation.responses['200']?.content
  const answer = content?.[JSON_TYPE]?.schema
  const events = content?.[STREAM_TYPE]?.schema
  if (!answer && !events) return undefined
  const body = operation.requestBody?.content[JSON_TYPE]?.schema
  const [path, query] = ['path', 'query'].map((place) => parametersOf(operation, place))
  const told = { answer: answer && clean(answer), events: events && clean(events) }
  const parts = { path, query, body: body && clean(body), ...told }
  const known = Object.entries(parts).filter(([, schema]) => schema !== undefined)
  return objectOf(Object.fromEntries(known), operation.summary)
}

function parametersOf({ parameters = [] }: Operation, place: string): Schema | undefined {
  const some = parameters.filter((one) => one.in === place)
  if (some.length === 0) return undefined
  const properties = some.map(({ name, schema, description }) => [
    name,
    { ...(clean(schema) as Schema), ...(description ? { description } : {}) },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: some.filter(({ required }) => required).map(({ name }) => name),
  }
}

function objectOf(properties: Readonly<Record<string, unknown>>, description?: string): Schema {
  const required = Object.keys(properties)
  return { type: 'object', properties, required, ...(description ? { description } : {}) }
}

/** Without fields that may never be there: the library has no type for them. Names point here. */
function clean(schema: unknown): unknown {
  if (typeof schema === 'string') return schema.replace(/^#\/components\/schemas\//, '#/$defs/')
  if (Array.isArray(schema)) return schema.map(clean)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(([, value]) => !isNever(value))
  return Object.fromEntries(kept.map(([name, value]) => [name, clean(value)]))
}

function isNever(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'not' in value
}
