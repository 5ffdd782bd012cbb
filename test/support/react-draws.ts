/**
 * Which floors a page has drawn. A component that is drawn again and comes to the same changes
 * nothing in the page, so watching the page does not tell all the work that was done for it; React
 * tells its developer tools after each commit which components it has called, and this listens in.
 * Texts that move with the readings are written past React: for those the page is watched too.
 */
import type { Page } from 'playwright-core'

/** Before the page is loaded. */
export async function watchDraws(page: Page): Promise<void> {
  await page.addInitScript({ content: `(${listen})(); ${WATCH_CARDS}` })
}

/** What belongs to the page as a whole. */
export const NO_FLOOR = 0

/** Floors of which some part was drawn since the last call, ascending. */
export async function floorsDrawn(page: Page): Promise<readonly number[]> {
  const all = (await page.evaluate('globalThis.floorsDrawn.splice(0)')) as readonly number[]
  return [...new Set(all)].sort((a, b) => a - b)
}

/** What React calls a fiber: a component, as it stands in the page. */
interface Fiber {
  readonly tag: number
  readonly flags: number
  readonly alternate: Fiber | null
  readonly child: Fiber | null
  readonly sibling: Fiber | null
  readonly memoizedProps: { readonly floor?: unknown } | null
}

/** Runs in the page, so it stands by itself. */
function listen(): void {
  const COMPONENT_TAGS = [0, 11, 14, 15]
  const PERFORMED_WORK = 1
  const drawn: number[] = []
  const visit = (fiber: Fiber, outer: number): void => {
    const { alternate, child, memoizedProps } = fiber
    const own = memoizedProps?.floor
    const floor = typeof own === 'number' ? own : outer
    const isCalled = COMPONENT_TAGS.includes(fiber.tag) && (fiber.flags & PERFORMED_WORK) !== 0
    if (alternate && isCalled) drawn.push(floor)
    /** The same child as before: nothing below was touched. */
    if (alternate && alternate.child === child) return
    for (let next = child; next; next = next.sibling) visit(next, floor)
  }
  const tools = {
    isDisabled: false,
    supportsFiber: true,
    inject: () => 1,
    checkDCE: () => undefined,
    onCommitFiberUnmount: () => undefined,
    onPostCommitFiberRoot: () => undefined,
    onCommitFiberRoot: (_: number, root: { readonly current: Fiber }) => visit(root.current, 0),
  }
  Object.assign(globalThis, { floorsDrawn: drawn, __REACT_DEVTOOLS_GLOBAL_HOOK__: tools })
}

/** Not as a function, since the types of a page are not known here. */
const WATCH_CARDS = `
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement
      const card = element?.closest('[data-floor]')
      if (card) floorsDrawn.push(Number(card.getAttribute('data-floor')))
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
`
