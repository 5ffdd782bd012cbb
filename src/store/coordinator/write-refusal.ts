/**
 * Why a write was certainly not done, in a sentence for people.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  full: 'the disks of the shards have no room left',
  'clock-ahead': "this coordinator's clock is more than 2 s ahead of the shards' clocks",
  fenced: 'the shards know a newer ring than this coordinator could fetch',
  'not-mine': 'the shards that answer are not those of the ring (was a data folder deleted?)',
  late: 'the shards were too slow to begin in time',
  busy: 'the queues of the shards are full',
  damaged: 'the disks of the shards are damaged',
  unreachable: 'no shard can be reached',
}

export function refusalSentence(refusal: string): string {
  return SENTENCES[refusal] ?? refusal
}
