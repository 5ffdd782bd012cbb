/**
 * The repository teaches its own manners: what a reviewer would say twice stands here once, as
 * data, and each message says what to do instead.
 */
import assert from 'node:assert/strict'
import { dirname, join, normalize } from 'node:path/posix'
import { test } from 'node:test'
import { functionsOf, importsOf, projectFiles, type SourceFile } from './support/source-files.ts'

const LINES_PER_FILE_MAX = 500
const LINES_PER_FUNCTION_MAX = 70
/** Nine functions in ten are at most so long. */
const LINES_PER_FUNCTION_USUAL = 40
const COLUMNS_MAX = 100

interface ImportRule {
  readonly own: readonly string[]
  readonly npm: readonly string[]
  readonly node: boolean
}

/** Who may import whom: folder (the longest that fits counts) -> what its files may import. */
const STAGE = ['src/model', 'src/ports', 'src/store/client.ts']
/** What makes a command of a tool. */
const TOOL = ['src/app/new-command.ts', 'src/app/output.ts']
const IMPORTS: Record<string, ImportRule> = {
  'src/model': { own: [], npm: ['zod'], node: false },
  'src/ports': { own: ['src/model'], npm: [], node: false },
  'src/store': {
    own: ['src/model', 'src/ports/key-value-engine.ts', 'src/store/ring'],
    npm: [],
    node: false,
  },
  'src/store/ring': { own: ['src/model'], npm: [], node: false },
  'src/store/coordinator': { own: storeInside(), npm: [], node: false },
  'src/store/shard': { own: storeInside(), npm: [], node: false },
  'src/meters': { own: STAGE, npm: [], node: false },
  'src/ingestion': { own: STAGE, npm: [], node: false },
  'src/detection': { own: STAGE, npm: [], node: false },
  'src/history': { own: STAGE, npm: [], node: false },
  'src/live': { own: STAGE, npm: ['zod'], node: false },
  'src/http': {
    own: [
      ...[...STAGE, 'src/live', 'src/history', 'src/store/backup.ts'],
      'src/store/coordinator/ring-admin.ts',
    ],
    npm: ['fastify', 'zod', 'fastify-type-provider-zod', '@fastify/*'],
    node: true,
  },
  'src/adapters': { own: ['src/model', 'src/ports', 'src/store'], npm: ['*'], node: true },
  'src/app': { own: ['src'], npm: ['*'], node: true },
  sim: { own: [...simulated(), ...TOOL], npm: ['commander'], node: true },
  torture: { own: [...tortured(), ...TOOL], npm: ['commander', 'undici'], node: true },
  ...dashboard(),
}

/**
 * The dashboard, from what is nearest to the wire to what is nearest to a person. Only types come
 * out of `src`; pages do not know each other.
 */
function dashboard(): Record<string, ImportRule> {
  const rule = (own: readonly string[], npm: readonly string[] = []): ImportRule => ({
    own: own.map((part) => (part.startsWith('src/') ? part : `webapp/src/${part}`)),
    npm,
    node: false,
  })
  const react = ['react', 'react-i18next', '@mantine/*', '@tanstack/*']
  const below = ['api', 'lib', 'live', 'parts', 'auth.ts']
  const pages = ['alerts', 'floor', 'now', 'system', 'thresholds']
  const page = rule(['app', ...below], react)
  return {
    'webapp/src': { own: ['webapp/src'], npm: ['*'], node: false },
    'webapp/src/api': rule(['src/model', 'lib'], ['@tanstack/*']),
    'webapp/src/lib': rule(['api', 'app/search.ts', 'live/machine.ts']),
    'webapp/src/live': rule(['api', 'lib']),
    'webapp/src/i18n': rule([], ['i18next', 'react-i18next']),
    'webapp/src/parts': rule(['api', 'app', 'lib', 'auth.ts'], [...react, 'i18next', 'uplot']),
    'webapp/src/app': rule([...below, 'pages'], react),
    'webapp/src/pages': page,
    ...Object.fromEntries(pages.map((name) => [`webapp/src/pages/${name}`, page])),
  }
}

/** All of `src` that has no edge to the world, and the adapters that have none. */
function simulated(): string[] {
  const stages = ['model', 'ports', 'store', 'meters', 'ingestion', 'detection', 'live']
  const inward = ['lru-row-cache', 'memory-engine', 'seeded-random', 'sha256', 'sqlite-engine']
  return [
    ...stages.map((folder) => `src/${folder}`),
    ...inward.map((name) => `src/adapters/${name}.ts`),
  ]
}

/** Histories and checkers of the simulation, real processes as the tests start them. */
function tortured(): string[] {
  const sources = ['src/model', 'src/ports/random.ts', 'src/adapters/seeded-random.ts']
  const simulated = ['sim/history.ts', 'sim/conditional-workload.ts', 'sim/checkers']
  return [...sources, 'src/store/ring', ...simulated, 'test/support']
}

/** What the two sides of the store share: the messages, their guards, the door and the clock. */
function storeInside(): string[] {
  const wire = ['wire', 'wire-guard', 'wire-repair', 'wire-stream']
  const shared = ['admission', 'backup', 'hybrid-clock', 'row-digest', ...wire]
  return [...STAGE, 'src/store/ring', ...shared.map((name) => `src/store/${name}.ts`)]
}

/** Everything that would let time, chance or the machine in by the back door. */
const BANNED: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\bDate\.now\(/, instead: 'take `now` as an argument, or a Clock in a shell' },
  { pattern: /\bnew Date\(\)/, instead: 'take `now` as an argument, or a Clock in a shell' },
  { pattern: /\bperformance\.now\(/, instead: 'use Clock.monotonicMs()' },
  { pattern: /\bMath\.random\(/, instead: 'take a Random' },
  { pattern: /\brandomUUID\(/, instead: 'take a Random' },
  { pattern: /\bset(Timeout|Interval)\(/, instead: 'use Clock.sleep()' },
  { pattern: /\bAbortSignal\.timeout\(/, instead: 'use Clock.sleep() with a signal' },
  { pattern: /\blocaleCompare\(/, instead: 'compare by code unit, or by bytes' },
  { pattern: /\bfetch\(/, instead: 'use a port; HTTP clients stand in src/adapters' },
]
/** What the dashboard decides, which a test tells as a story without a browser. */
const DASHBOARD_CORES = ['webapp/src/lib/', 'webapp/src/live/machine.ts', 'webapp/src/api/types.ts']
const MACHINE_FOLDERS = ['src/adapters/', 'src/app/']

const sources = projectFiles(/^(src|sim|torture|bin|test|bench|scripts|webapp)\/.*\.(tsx?|mjs)$/)
  /** What a script writes is held against its source, not against manners. */
  .filter(({ path }) => !path.endsWith('.generated.ts'))
const production = sources.filter((file) => isProduction(file))
const simulation = sources.filter((file) => isWithoutTests(file, 'sim/'))
const torture = sources.filter((file) => isWithoutTests(file, 'torture/'))
const webapp = sources.filter((file) => isWithoutTests(file, 'webapp/src/'))

function isProduction(file: SourceFile): boolean {
  return isWithoutTests(file, 'src/')
}

function isWithoutTests(file: SourceFile, folder: string): boolean {
  return file.path.startsWith(folder) && !file.path.endsWith('.test.ts')
}

test('every folder imports only what the import table allows it', () => {
  const broken = [...production, ...simulation, ...torture, ...webapp].flatMap((file) => {
    const { folder, rule } = ruleOf(file.path)
    return importsOf(file).flatMap(({ specifier, line }) =>
      isAllowed(file, specifier, rule)
        ? []
        : [`${file.path}:${line} imports ${specifier}; ${folder} may import ${say(rule)}`],
    )
  })
  assert.deepEqual(broken, [])
})

test('time, chance and the machine enter only through ports', () => {
  const pure = production.filter((file) => !MACHINE_FOLDERS.some((f) => file.path.startsWith(f)))
  const cores = webapp.filter(({ path }) => DASHBOARD_CORES.some((core) => path.startsWith(core)))
  const broken = [...pure, ...simulation, ...cores].flatMap((file) =>
    BANNED.flatMap(({ pattern, instead }) =>
      matchingLines(file, pattern).map((line) => `${file.path}:${line} ${pattern}: ${instead}`),
    ),
  )
  assert.deepEqual(broken, [])
})

test('the dashboard takes types out of the sources, and nothing that runs', () => {
  const runs = /^(?:import|export)(?! type\b)[^'"]*['"](?:\.\.\/)+src\/(?:model|live)\//gm
  const broken = webapp.flatMap(({ path, text }) =>
    [...text.matchAll(runs)].map(([found]) => `${path}: write "import type" in ${found}`),
  )
  assert.deepEqual(broken, [])
})

test('settings are read from the environment only in src/app', () => {
  const outside = production.filter((file) => !file.path.startsWith('src/app/'))
  const broken = outside.flatMap((file) =>
    matchingLines(file, /\bprocess\.env\b/).map(
      (line) => `${file.path}:${line} pass the setting down`,
    ),
  )
  assert.deepEqual(broken, [])
})

test('every file of the sources says first why it exists', () => {
  const silent = [...production, ...simulation, ...torture, ...webapp].filter(
    (file) => !file.text.startsWith('/**'),
  )
  assert.deepEqual(
    silent.map((file) => `${file.path}: open with three to ten lines in /** */`),
    [],
  )
})

test(`no file is over ${LINES_PER_FILE_MAX} lines and no line over ${COLUMNS_MAX} columns`, () => {
  const long = sources.filter((file) => file.lines.length > LINES_PER_FILE_MAX)
  const wide = sources.flatMap((file) =>
    matchingLines(file, new RegExp(`^.{${COLUMNS_MAX + 1},}$`)).map(
      (n) => `${file.path}:${n} too wide`,
    ),
  )
  assert.deepEqual(
    [...long.map((file) => `${file.path}: split it by its reasons to change`), ...wide],
    [],
  )
})

test(`no function is over ${LINES_PER_FUNCTION_MAX} lines, most are far shorter`, () => {
  const all = sources.flatMap((file) =>
    functionsOf(file).map((one) => ({ ...one, path: file.path })),
  )
  const long = all.filter((one) => one.lines > LINES_PER_FUNCTION_MAX)
  assert.deepEqual(
    long.map((one) => `${one.path}:${one.line} ${one.name} has ${one.lines} lines: split it`),
    [],
  )
  const usual = all.filter((one) => one.lines <= LINES_PER_FUNCTION_USUAL).length
  assert.ok(usual / all.length >= 0.9, `only ${usual} of ${all.length} functions are short`)
})

test('nothing silences the type checker or the linter, and nothing is left for later', () => {
  const pattern = new RegExp(
    [
      '@ts-(ignore|expect-error|nocheck)',
      'biome-' + 'ignore',
      '\\b(TO' + 'DO|FIX' + 'ME|XX' + 'X)\\b',
      '\\.on' + 'ly\\(',
    ].join('|'),
  )
  const others = sources.filter((file) => file.path !== 'test/tidy.test.ts')
  const broken = others.flatMap((file) =>
    matchingLines(file, pattern).map((line) => `${file.path}:${line} finish it or take it out`),
  )
  assert.deepEqual(broken, [])
})

test('files that are read by people name no machine and no registry', () => {
  const pattern = /\/(work|root|home)\/[a-z]|registry\.npmjs|repo1?\.maven|pypi\.org|deb\.debian/
  const files = projectFiles(/\.(ts|mjs|md|ya?ml|json|xml|properties)$|Dockerfile|^\.ci\//)
  const broken = files
    .filter((file) => file.path !== 'test/tidy.test.ts')
    .flatMap((file) => matchingLines(file, pattern).map((line) => `${file.path}:${line}`))
  assert.deepEqual(broken, [])
})

function ruleOf(path: string) {
  const folders = Object.keys(IMPORTS).filter((folder) => path.startsWith(`${folder}/`))
  const folder = folders.sort((a, b) => b.length - a.length)[0] ?? ''
  const rule = IMPORTS[folder]
  assert.ok(
    rule,
    `${path} stands in no folder of the import table; add the folder or move the file`,
  )
  return { folder, rule }
}

function isAllowed(file: SourceFile, specifier: string, rule: ImportRule): boolean {
  if (specifier.startsWith('node:')) return rule.node
  if (!specifier.startsWith('.')) {
    return rule.npm.some((name) => name === '*' || matchesPackage(specifier, name))
  }
  const target = normalize(join(dirname(file.path), specifier))
  const folder = ruleOf(file.path).folder
  const isOwn = dirname(target) === folder || target.startsWith(`${folder}/`)
  return (isOwn && ruleOf(target).folder === folder) || isUnder(target, rule.own)
}

function isUnder(target: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => target === entry || target.startsWith(`${entry}/`))
}

function matchesPackage(specifier: string, name: string): boolean {
  if (name.endsWith('/*')) return specifier.startsWith(name.slice(0, -1))
  return specifier === name || specifier.startsWith(`${name}/`)
}

function say(rule: ImportRule): string {
  return [...rule.own, ...rule.npm, ...(rule.node ? ['node:*'] : [])].join(', ') || 'nothing'
}

function matchingLines(file: SourceFile, pattern: RegExp): readonly number[] {
  return file.lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []))
}
