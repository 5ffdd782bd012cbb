/**
 * The repository's own sources, read as text and as syntax trees, for the tests that hold them to
 * the project's manners.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Node, parseSync } from 'oxc-parser'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

/** Files that git tracks or would track, whose path matches. */
export function projectFiles(pattern: RegExp): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT })
  const paths = listed.toString().split('\n').filter(Boolean)
  return paths.filter((path) => pattern.test(path) && existsSync(`${ROOT}/${path}`)).map(readSource)
}

function readSource(path: string): SourceFile {
  const text = readFileSync(`${ROOT}/${path}`, 'utf8')
  return { path, text, lines: text.replace(/\n$/, '').split('\n') }
}

/** Every module that the file imports or re-exports from, with the line. */
export function importsOf(file: SourceFile): readonly { specifier: string; line: number }[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file.path, file.text).module
  const requests = [
    ...staticImports.map((entry) => entry.moduleRequest),
    ...staticExports.flatMap((entry) => entry.entries.flatMap((one) => one.moduleRequest ?? [])),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      value: file.text.slice(start + 1, end - 1),
      start,
    })),
  ]
  return requests.map(({ value, start }) => ({ specifier: value, line: lineAt(file, start) }))
}

/** Every function with a body, with its name where it has one and its length in lines. */
export function functionsOf(
  file: SourceFile,
): readonly { name: string; line: number; lines: number }[] {
  const found: { name: string; line: number; lines: number }[] = []
  visit(parseSync(file.path, file.text).program, (node) => {
    if (!FUNCTION_NODES.has(node.type)) return
    const line = lineAt(file, node.start)
    const name = 'id' in node && node.id && 'name' in node.id ? String(node.id.name) : 'function'
    found.push({ name, line, lines: lineAt(file, node.end) - line + 1 })
  })
  return found
}

const FUNCTION_NODES = new Set<string>([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
])

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const entry of value) visit(entry, see)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && 'start' in value) see(value as Node)
  for (const child of Object.values(value)) visit(child, see)
}

function lineAt(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length
}
