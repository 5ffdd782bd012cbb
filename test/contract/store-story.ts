/**
 * What each part of the store's suite is given: a store whose shards can be broken by hand.
 */
import type { TestContext } from 'node:test'
import type { ReadOutcome, Store } from '../../src/store/client.ts'
import type { TestShard } from '../support/fake-shards.ts'

export interface StoreUnderTest {
  readonly store: Store
  /** Those behind it, to be broken by hand. */
  readonly shards: readonly TestShard[]
}

export type OpenStore = (t: TestContext, shardCount: number) => Promise<StoreUnderTest>

export type Story = (title: string, tell: (opened: StoreUnderTest) => Promise<void>) => void

export async function textsOf(store: Store, keys: readonly string[]): Promise<readonly string[]> {
  const textOf = (outcome: ReadOutcome) => (outcome.kind === 'found' ? outcome.text : outcome.kind)
  return (await store.read(keys)).map(textOf)
}
