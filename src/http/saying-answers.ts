/**
 * What became of a word about alarms, as an answer. Who was not heard is told whether the same may
 * be said again.
 */
import type { SayingsRefusal } from '../live/sayings-book.ts'
import { type Edit, SAYINGS_MAX } from '../live/sayings-edits.ts'
import { type Answer, answer } from './answer.ts'
import { refusedAnswer, writeAnswer } from './outcomes.ts'
import { InvalidRequest } from './problems.ts'

export function sayingsRefusal(refusal: SayingsRefusal): Answer {
  switch (refusal.kind) {
    case 'contended':
      return answer(503, { detail: 'Many speak at the same time; nothing was changed. Try again.' })
    case 'unreadable':
      return answer(503, { detail: 'What was said about alarms cannot be read; see the log.' })
    case 'failed':
    case 'unknown':
      return writeAnswer(refusal, 'put')
    default:
      return refusedAnswer(refusal, 'body')
  }
}

/** `show`: what is answered when it was heard. */
export function editAnswer<T>(said: Edit<T> | SayingsRefusal, show: (value: T) => object): Answer {
  switch (said.kind) {
    case 'said':
      return answer(200, show(said.value))
    case 'missing':
      return answer(404, { detail: 'There is none of this name' })
    case 'full':
      throw invalid([], `there are ${SAYINGS_MAX} already; take one back first`)
    case 'past':
      throw invalid(['until'], 'must be a time to come')
    default:
      return sayingsRefusal(said)
  }
}

function invalid(fields: readonly string[], msg: string): InvalidRequest {
  return new InvalidRequest([{ loc: ['body', ...fields], msg, type: 'limit' }])
}
