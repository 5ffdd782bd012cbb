/**
 * Code of the dashboard asks its own origin by paths alone, `fetch('/health')`; in a test there is
 * no page that has one.
 */
import type { TestContext } from 'node:test'

/** Until the test ends, paths belong to this origin; those that were asked for, as they come. */
export function askHere(t: Pick<TestContext, 'mock'>, origin: string): readonly string[] {
  const { fetch } = globalThis
  const asked: string[] = []
  t.mock.method(globalThis, 'fetch', (path: string, options?: RequestInit) => {
    asked.push(path)
    return fetch(new URL(path, origin), options)
  })
  return asked
}
