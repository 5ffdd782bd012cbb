/**
 * What stands beside the contract, and may be missing on another coordinator: answered 404 once, it
 * is taken for absent until the page is loaded again, and not asked for at every turn. The page
 * says what it has to do without.
 */
import { AskError, ask, isAbsent, type Question } from './http.ts'
import type { AnswerOf, Route } from './route.ts'

const absent = new Set<Route>()
const listeners = new Set<() => void>()

/** Throws AskError. */
export async function askFeature<R extends Route>(
  route: R,
  question: Question<R>,
): Promise<AnswerOf<R>> {
  if (absent.has(route)) throw new AskError({ kind: 'absent' })
  try {
    return await ask(route, question)
  } catch (error) {
    if (isAbsent(error)) noteAbsent(route)
    throw error
  }
}

function noteAbsent(route: Route): void {
  absent.add(route)
  for (const listener of listeners) listener()
}

export function isFeatureAbsent(route: Route): boolean {
  return absent.has(route)
}

/** Calls whenever one more is known to be absent. */
export function onFeatureAbsent(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
