/**
 * How long ago something was, in words that grow old by themselves. One clock serves all that tell
 * an age, and they are written past React like all that moves: a page on which nothing arrives has
 * five of them and nothing else to do.
 */
import { useLayoutEffect, useRef } from 'react'
import { formatAge } from '../lib/format.ts'
import { writeText } from './LiveText.tsx'
import { useLanguage } from './use-choices.ts'

interface AgeTextProps {
  /** Nothing is old where this is undefined. */
  readonly sinceMs: number | undefined
  /** "12 s" and "3 min" in a sentence; the same function until it says something else. */
  readonly text: (age: string) => string
}

const LOOK_MS = 2_000
const writers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

export function AgeText({ sinceMs, text }: AgeTextProps) {
  const language = useLanguage()
  const host = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const write = () => {
      const seconds = (Date.now() - (sinceMs ?? Date.now())) / 1000
      if (host.current) writeText(host.current, text(formatAge(seconds, language)))
    }
    write()
    return writeNowAndThen(write)
  }, [sinceMs, text, language])
  return <span ref={host} />
}

function writeNowAndThen(write: () => void): () => void {
  writers.add(write)
  timer ??= setInterval(writeAll, LOOK_MS)
  return () => {
    writers.delete(write)
    if (writers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function writeAll(): void {
  for (const write of writers) write()
}
