/**
 * Documents in which money only moves from one account to another, by conditional changes: whatever
 * is read adds up to the same, and once a bank was opened it is never gone. Pure.
 */
import { BANK_TOTAL, balancesOf } from '../conditional-documents.ts'
import type { ConditionalEntry } from '../history.ts'
import { groupBy } from './register-operations.ts'
import type { Violation } from './violation.ts'

export function checkBanks(
  entries: readonly ConditionalEntry[],
  total = BANK_TOTAL,
): readonly Violation[] {
  const ofBanks = entries.filter(({ use }) => use === 'bank')
  return [...groupBy(ofBanks, ({ key }) => key).values()].flatMap((ofKey) => {
    const reads = ofKey.filter(({ kind, outcome }) => kind === 'read' && outcome === 'done')
    return reads.flatMap((read) => judge(read, ofKey, total))
  })
}

function judge(
  read: ConditionalEntry,
  entries: readonly ConditionalEntry[],
  total: number,
): readonly Violation[] {
  const { id, key, via, seenText, start } = read
  const name = `read ${id} of ${key} via ${via}`
  if (seenText === null) {
    const wasOpen = entries.some(
      (one) => one.end < start && (one.kind === 'read' ? one.seenText : one.outcome === 'done'),
    )
    if (!wasOpen) return []
    return [{ promise: 'S22', sentence: `${name} found no bank, though there was one before` }]
  }
  const sum = balancesOf(seenText).reduce((a, b) => a + b, 0)
  if (sum === total) return []
  return [{ promise: 'S22', sentence: `${name} adds up to ${sum} and not ${total}: ${seenText}` }]
}
