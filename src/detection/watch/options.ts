/**
 * What a person may say to the detector: how often it may disturb without reason, and where the
 * site is. Everything else it finds out from the readings. The budget is shared among the channels
 * by fixed parts; a channel with two directions has a share for each.
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

export const RULE_VERSION = 'watch-1'

export const CHANNELS = ['surprise', 'season', 'hours', 'level', 'stuck'] as const
/**
 * `surprise`: not what the last readings led to expect. `season`: not usual at this weekday and
 * time. `hours`: a little off for hours. `level`: the level has changed; confirm? `stuck`: the
 * meter repeats itself.
 */
export type Channel = (typeof CHANNELS)[number]

/**
 * Parts of the budget. They sum to 1 over both directions. Half goes to surprise, which sees most;
 * a run of equal values comes in whole steps, and with less than a quarter none would be rare.
 */
export const BUDGET_PARTS: Readonly<Record<Channel, number>> = {
  surprise: 0.16,
  season: 0.04,
  hours: 0.04,
  level: 0.03,
  stuck: 0.24,
}

export function shareOf(options: WatchOptions, channel: Channel): number {
  return options.budgetPerMonth * BUDGET_PARTS[channel]
}
