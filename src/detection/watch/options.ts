/**
 * What a person may say to the detector: how often it may disturb without reason, and where the
 * site is. Everything else it finds out from the readings. The budget is shared among the channels
 * by fixed parts.
 */
export interface WatchOptions {
  /** False alarms that are borne in a month, of this floor and metric. */
  readonly budgetPerMonth: number
  /** Zone of the site (IANA name). */
  readonly timeZone: string
  /** Local days that are judged as Sundays, counted from the Monday before 1970; may be empty. */
  readonly holidays: ReadonlySet<number>
}

/** "At most one false alarm per floor and month." */
export const BUDGET_PER_MONTH_USUAL = 1

export const RULE_VERSION = 'watch-3'

export const CHANNELS = ['surprise', 'season', 'hours', 'level', 'stuck'] as const
/**
 * `surprise`: not what the last readings led to expect. `season`: not usual at this weekday and
 * time. `hours`: a little off for hours. `level`: the level has changed; confirm? `stuck`: the
 * meter repeats itself.
 */
export type Channel = (typeof CHANNELS)[number]

/**
 * Parts of the budget, for each direction; together they are the whole. `stuck` has a large one,
 * because runs of equal values come in whole steps and mostly leave a part unspent; `surprise` sees
 * most; `hours` finds what lasts and has few chances to err; `level` asks a person for an answer.
 */
export const BUDGET_PARTS: Readonly<Record<Channel, number>> = {
  surprise: 0.15,
  season: 0.05,
  hours: 0.08,
  level: 0.03,
  stuck: 0.38,
}

/** Channels that look up and down have their part twice. */
export const DIRECTIONS: Readonly<Record<Channel, 1 | 2>> = {
  surprise: 2,
  season: 2,
  hours: 2,
  level: 2,
  stuck: 1,
}

export function shareOf(options: WatchOptions, channel: Channel): number {
  return options.budgetPerMonth * BUDGET_PARTS[channel]
}
