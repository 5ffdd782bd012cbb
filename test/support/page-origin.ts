/**
 * Code of the dashboard asks its own origin by paths alone, `fetch('/health')`; in a test there is
 * no page that has one.
 */
import type { TestContext } from 'node:test'

/** Until the test ends, paths belong to this origin. */
export function askHere(t: Pick<TestContext, 'mock'>, origin: string): void {
  const { fetch } = globalThis
  t.mock.method(globalThis, 'fetch', (path: string, options?: RequestInit) =>
    fetch(new URL(path, origin), options),
  )
}
