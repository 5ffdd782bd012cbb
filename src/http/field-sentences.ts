/**
 * What is wrong with a field, in words that say what it must be: the schemas' own messages speak of
 * `undefined` and `NaN`, which nobody has sent. Where a schema has a sentence of its own, that one
 * is told.
 */
import type { z } from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' }

/** Undefined = the schema's own message says enough. */
export function fieldSentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : kindSentence(issue.expected)
    case 'too_small':
      return limitSentence(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)
    case 'too_big':
      return limitSentence(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)
    case 'invalid_value':
      return choiceSentence(issue.values)
    case 'invalid_union':
      if (Array.isArray(issue.options)) return choiceSentence(issue.options)
      return unionSentence(issue.errors)
    default:
      return undefined
  }
}

function kindSentence(expected: string): string | undefined {
  const kind = KINDS[expected]
  return kind && `must be ${kind}`
}

function limitSentence(origin: string, bound: string, limit: number | bigint): string {
  const counted = COUNTED[origin]
  return counted ? `must have ${bound} ${limit} ${counted}` : `must be ${bound} ${limit}`
}

function choiceSentence(values: readonly unknown[]): string {
  return `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}`
}

/** What each of the ways in which it could be right says against it. */
function unionSentence(ways: readonly (readonly { message: string }[])[]): string | undefined {
  const sentences = new Set(ways.flatMap(([first]) => first?.message ?? []))
  return sentences.size > 0 ? [...sentences].join(', or ') : undefined
}
