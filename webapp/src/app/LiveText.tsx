/**
 * A text that moves with the readings. React puts its element into the page and leaves it alone
 * from then on: the text is written when the live client tells of news. A second of readings
 * changes a hundred such texts, and to have React draw and compare the component of each takes ten
 * times as long as to write them.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react'
import type { LiveState } from '../live/machine.ts'
import { useLiveClient } from './live-context.tsx'

interface LiveTextProps {
  /** The same function until it would say something else of the same state. */
  readonly text: (state: LiveState) => string
}

export function LiveText({ text }: LiveTextProps) {
  const write = useCallback(
    (element: HTMLElement, state: LiveState) => writeText(element, text(state)),
    [text],
  )
  return <b ref={useLiveWriting(write)} />
}

/**
 * For the element of this reference; `write` is called with each telling, and with each drawing of
 * the component: what React draws beside it may be of news that has not been told yet, and a value
 * must not be red before it is the value that is.
 */
export function useLiveWriting<One extends Element>(
  write: (element: One, state: LiveState) => void,
): RefObject<One | null> {
  const client = useLiveClient()
  const host = useRef<One>(null)
  const writeNow = useCallback(() => {
    if (host.current) write(host.current, client.snapshot())
  }, [client, write])
  useLayoutEffect(writeNow)
  useLayoutEffect(() => client.subscribe(writeNow), [client, writeNow])
  return host
}

/** Into an element that has nothing else. The node stays: a new one would be laid out from anew. */
export function writeText(element: HTMLElement, text: string): void {
  const { firstChild } = element
  if (!(firstChild instanceof Text)) element.textContent = text
  else if (firstChild.data !== text) firstChild.data = text
}
