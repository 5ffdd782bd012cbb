/**
 * What several bugs break alike, by the numbers of docs/invariants.md. A bug is found only by a
 * promise that it breaks: that the store did not become well in time (S20) says of nearly every bug
 * that something is wrong, and of none what, and would leave unnoticed that the checker which is
 * meant for it sees nothing.
 */

/** What was acknowledged is not found, or is outdone by what is older. */
export const LOST = ['S3', 'S5', 'S6', 'S7'] as const

/** The same when partitions move, of conditional keys too: they move alike. */
export const LOST_IN_A_MOVE = [...LOST, 'S19', 'S22'] as const

/** Of conditional keys. */
export const REGISTER = ['S22'] as const
