/**
 * Settings of the backtest: how a recorded series is judged, and where the verdicts go.
 */

import { BUDGET_PER_MONTH_USUAL } from '../../detection/watch/options.ts'
import { METRICS } from '../../model/alert.ts'
import { parseTimeZone } from './common.ts'
import { choice, number, path, type Role, text } from './setting.ts'

const BACKTEST: readonly Role[] = ['backtest']

/** `watch` is EnergyGuard's detector; `original` the mean and deviation of each half hour. */
export const RULES = ['watch', 'original'] as const

export const backtestSettings = {
  rule: choice(RULES, {
    help: 'How readings are judged: watch, or the original rule.',
    fallback: 'watch',
    flag: '--rule',
    environment: ['DETECTION_RULE'],
    roles: BACKTEST,
  }),
  budget: number({
    help: 'False alarms that are borne in a month, for each floor and metric.',
    fallback: BUDGET_PER_MONTH_USUAL,
    min: 0.01,
    max: 100,
    flag: '--budget',
    environment: ['FALSE_ALARM_BUDGET'],
    roles: BACKTEST,
  }),
  metric: choice(METRICS, {
    help: 'What the series measures; it is named in the summary.',
    fallback: 'kw',
    flag: '--metric',
    roles: BACKTEST,
  }),
  seriesTimezone: {
    ...text({
      help: 'Time zone of the site; it also holds for times that carry no offset.',
      fallback: 'UTC',
      flag: '--timezone',
      roles: BACKTEST,
      rule: 'a time zone of the IANA list, for example Europe/Rome or UTC',
    }),
    parse: parseTimeZone,
  },
  backtestOutput: path({
    help: 'Where the verdicts are written, as CSV: timestamp,score,alert.',
    fallback: null,
    flag: '--output',
    roles: BACKTEST,
  }),
}
