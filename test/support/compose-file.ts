/**
 * compose.yaml as data: what a test needs to know of each service, with anchors and merges resolved
 * the way a container engine resolves them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from './source-files.ts'

/** What the image runs in front of a command; the Dockerfile says the same, and a test holds it. */
export const IMAGE_ENTRYPOINT: readonly string[] = ['node', 'bin/energyguard.ts']
/** What the image sets for every role. */
export const IMAGE_ENVIRONMENT: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  DATA_DIR: '/data',
}
/** Where the image keeps data; without a volume of its own a service gets a nameless one there. */
export const IMAGE_VOLUME = '/data'
/** The image that is built from this repository; other services run somebody else's. */
export const OWN_IMAGE = 'energyguard:local'

const conditions = z.enum(['service_started', 'service_healthy', 'service_completed_successfully'])
const words = z.array(z.string())
const serviceSchema = z.object({
  image: z.string(),
  user: z.string().optional(),
  entrypoint: words.default([...IMAGE_ENTRYPOINT]),
  command: words.default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: words.default([]),
  volumes: words.default([]),
  depends_on: z.record(z.string(), z.object({ condition: conditions })).default({}),
  healthcheck: z.object({ test: words }).optional(),
  restart: z.string(),
})
const fileSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
})

export type ComposeFile = z.infer<typeof fileSchema>
export type ComposeService = z.infer<typeof serviceSchema>

/** What whoever runs it has in the environment, by name. */
export type Chosen = Readonly<Record<string, string>>

/** The file, merges and choices resolved: what the specification's schema is held against. */
export function readComposeDocument(chosen: Chosen = {}): unknown {
  const text = readFileSync(join(ROOT, 'compose.yaml'), 'utf8')
  return parse(withChoices(text, chosen), { merge: true })
}

/** `${NAME:-usual}`: what was chosen, else the usual, also where an empty text was chosen. */
function withChoices(text: string, chosen: Chosen): string {
  return text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name, usual) => chosen[name] || usual)
}

export function readComposeFile(chosen: Chosen = {}): ComposeFile {
  return fileSchema.parse(readComposeDocument(chosen))
}

/** The services of our own image, by name: each is one role or one job. */
export function ownServices(file: ComposeFile): readonly (readonly [string, ComposeService])[] {
  return Object.entries(file.services).filter(([, service]) => service.image === OWN_IMAGE)
}

/** `127.0.0.1:8101:8100` in its three parts; anything else is not a mapping that we allow. */
export function portsOf(
  service: ComposeService,
): readonly { address: string; published: number; target: number }[] {
  return service.ports.map((mapping) => {
    const [address = '', published, target] = mapping.split(':')
    return { address, published: Number(published), target: Number(target) }
  })
}

/** `./data/kv1:/data` or `secrets:/secrets:ro`. */
export function volumesOf(
  service: ComposeService,
): readonly { source: string; target: string; isReadOnly: boolean }[] {
  return service.volumes.map((mapping) => {
    const [source = '', target = '', mode] = mapping.split(':')
    return { source, target, isReadOnly: mode === 'ro' }
  })
}
