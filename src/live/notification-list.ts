/**
 * What is asked of the list of notifications, as the contract has it for `GET /notifications`.
 */
import type { Notification } from '../model/notification.ts'

/** Notifications in one answer, whatever is asked for. */
export const LIST_LIMIT_MAX = 1_000

/** Of a list, oldest first: the newest `limit` (1..LIST_LIMIT_MAX) of those that are newer. */
export function selectNewest(
  list: readonly Notification[],
  limit: number,
  sinceSeconds = Number.NEGATIVE_INFINITY,
): readonly Notification[] {
  const count = limit >= 1 ? Math.trunc(Math.min(LIST_LIMIT_MAX, limit)) : 1
  return list.filter(({ timestamp }) => timestamp > sinceSeconds).slice(-count)
}
