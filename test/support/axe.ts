/**
 * What axe finds wrong on a page, by the rules of WCAG 2.2 AA and those of good practice. It comes
 * into the page through the debugger and not as a script, which the page's policy forbids.
 */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const HTML_SHOWN_MAX = 200

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

export async function violationsOf(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axe.source)
  const options = { runOnly: RULES, resultTypes: ['violations'] }
  const run = `axe.run(document, ${JSON.stringify(options)})`
  const { violations } = (await page.evaluate(run)) as { violations: readonly Violation[] }
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, HTML_SHOWN_MAX)).join(' | ')}`,
  )
}
