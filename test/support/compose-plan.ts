/**
 * The services of compose.yaml as plain processes of this machine: a pure translation. Names of
 * containers become loopback addresses with free ports, volumes become folders, the broker is one
 * that the test brings. Commands and settings stay otherwise as they stand in the file, and nothing
 * is inherited from the environment of the test, so what the file forgets is missing here too.
 */
import { join } from 'node:path'
import {
  type ComposeFile,
  type ComposeService,
  IMAGE_ENVIRONMENT,
  IMAGE_VOLUME,
  OWN_IMAGE,
  ownServices,
  volumesOf,
} from './compose-file.ts'

/** Where the processes run. */
export interface Place {
  /** Root of the sources: what the image has in its working folder. */
  readonly sources: string
  /** An empty folder for everything that volumes hold. */
  readonly folder: string
  /** The Node that runs them. */
  readonly node: string
  /** Number of the user and the group that own the folders. */
  readonly owner: { readonly user: number; readonly group: number }
  /** `service:port` of the file -> `host:port` here. */
  readonly addresses: ReadonlyMap<string, string>
}

export interface PlannedService {
  readonly name: string
  /** A job ends by itself; whatever is not a job runs until it is told to stop. */
  readonly isJob: boolean
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Exit code 0 says that the service is healthy. */
  readonly check: readonly string[] | undefined
  readonly waitsFor: readonly string[]
  /** Folders that an engine would make before the start. */
  readonly folders: readonly string[]
}

const PORT_VARIABLES = ['PORT', 'OPS_PORT']

/** Every `service:port` at which a service of our image can be reached. */
export function endpointsOf(file: ComposeFile): readonly string[] {
  return ownServices(file).flatMap(([name, { environment }]) =>
    PORT_VARIABLES.flatMap((variable) =>
      environment[variable] ? [`${name}:${environment[variable]}`] : [],
    ),
  )
}

export function planOf(file: ComposeFile, place: Place): readonly PlannedService[] {
  return ownServices(file).map(([name, service]) => planOne(file, name, service, place))
}

function planOne(
  file: ComposeFile,
  name: string,
  service: ComposeService,
  place: Place,
): PlannedService {
  const mounts = mountsOf(name, service, place)
  const here = (text: string) => translate(text, mounts, place)
  const settings = Object.entries({ ...IMAGE_ENVIRONMENT, ...service.environment }).map(
    ([variable, value]) => {
      if (variable === 'HOST') return [variable, '127.0.0.1']
      if (PORT_VARIABLES.includes(variable)) return [variable, portHere(name, value, place)]
      return [variable, here(value)]
    },
  )
  const [, ...check] = service.healthcheck?.test ?? []
  return {
    name,
    isJob: service.restart === 'no',
    command: commandHere([...service.entrypoint, ...service.command.map(here)], place),
    environment: Object.fromEntries(settings),
    check: check.length > 0 ? commandHere(check, place) : undefined,
    waitsFor: Object.keys(service.depends_on).filter((other) => isOurs(file, other)),
    folders: mounts.map(({ folder }) => folder),
  }
}

function isOurs(file: ComposeFile, name: string): boolean {
  return file.services[name]?.image === OWN_IMAGE
}

function portHere(name: string, port: string, { addresses }: Place): string {
  return addresses.get(`${name}:${port}`)?.split(':')[1] ?? port
}

interface Mount {
  /** In the container. */
  readonly target: string
  /** Here. */
  readonly folder: string
}

function mountsOf(name: string, service: ComposeService, place: Place): readonly Mount[] {
  const declared = volumesOf(service).map(({ source, target }) => ({
    target,
    folder: folderOf(source, place),
  }))
  if (declared.some(({ target }) => target === IMAGE_VOLUME)) return declared
  return [...declared, { target: IMAGE_VOLUME, folder: folderOf(`nameless-${name}`, place) }]
}

function translate(text: string, mounts: readonly Mount[], place: Place): string {
  const mount = mounts.find(({ target }) => text === target || text.startsWith(`${target}/`))
  if (mount) return join(mount.folder, text.slice(mount.target.length))
  return text.replace(/\b[a-z][a-z0-9_]*:\d+\b/g, (host) => place.addresses.get(host) ?? host)
}

function folderOf(source: string, { folder }: Place): string {
  return source.startsWith('./') ? join(folder, source) : join(folder, 'volumes', source)
}

/** Names that mean something only inside the image: its Node, its sources, its user. */
function commandHere(words: readonly string[], place: Place): readonly string[] {
  return words.map((word, index) => {
    const before = words[index - 1]
    if (word === 'node' && before === '-o') return String(place.owner.user)
    if (word === 'node' && before === '-g') return String(place.owner.group)
    if (word === 'node') return place.node
    return /^(bin|scripts)\/.*\.ts$/.test(word) ? join(place.sources, word) : word
  })
}
