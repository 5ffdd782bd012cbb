/**
 * The documents of the conditional lane whose contents tell by themselves whether a change was
 * lost: a set that only grows, and a bank in which money only moves. Each text names the change
 * that made it, so that no two changes put the same text.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'

interface SetDocument {
  readonly by: string
  readonly elements: readonly string[]
}

interface BankDocument {
  readonly by: string
  readonly balances: readonly number[]
}

/** A set that has so many elements is full; its texts would outgrow the history. */
export const SET_ELEMENTS_MAX = 150
const ACCOUNTS = 4
const BALANCE_AT_FIRST = 25
export const BANK_TOTAL = ACCOUNTS * BALANCE_AT_FIRST
const TRANSFER_MAX = 9

/** The change adds its own name. */
export function setText(before: string | null, by: string): string {
  const elements = before === null ? [] : elementsOf(before)
  const document: SetDocument = { by, elements: [...elements, by] }
  return JSON.stringify(document)
}

export function elementsOf(text: string): readonly string[] {
  return (JSON.parse(text) as SetDocument).elements
}

/** Which change put this text. */
export function authorOf(text: string): string {
  return (JSON.parse(text) as { by: string }).by
}

export function registerText(by: string): string {
  return JSON.stringify({ by })
}

/** Opened with the same balance everywhere; then from one account to another. */
export function bankText(before: string | null, by: string, random: Random): string {
  const balances = before === null ? openingBalances() : [...balancesOf(before)]
  if (before !== null) transfer(balances, random)
  const document: BankDocument = { by, balances }
  return JSON.stringify(document)
}

export function balancesOf(text: string): readonly number[] {
  return (JSON.parse(text) as BankDocument).balances
}

const openingBalances = () => new Array<number>(ACCOUNTS).fill(BALANCE_AT_FIRST)

function transfer(balances: number[], random: Random): void {
  const from = random.below(balances.length)
  const to = (from + 1 + random.below(balances.length - 1)) % balances.length
  const amount = 1 + random.below(TRANSFER_MAX)
  balances[from] = must(balances[from]) - amount
  balances[to] = must(balances[to]) + amount
}
