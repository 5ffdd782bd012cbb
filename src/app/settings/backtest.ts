/**
 * How readings are judged, live and in a backtest, and where the verdicts of a backtest go.
 */

import { RULE_NAMES } from '../../detection/rules.ts'
import { BUDGET_PER_MONTH_USUAL } from '../../detection/watch/options.ts'
import { METRICS } from '../../model/alert.ts'
import { parseTimeZone } from './common.ts'
import { choice, number, path, type Role, text } from './setting.ts'

const BACKTEST: readonly Role[] = ['backtest']
const JUDGES: readonly Role[] = ['up', 'detect', ...BACKTEST]

export const backtestSettings = {
  rule: choice(RULE_NAMES, {
    help: 'What is unusual: by mean and deviation of the half hour, or by the watch.',
    fallback: 'original',
    fallbackByRole: { backtest: 'watch' },
    flag: '--rule',
    environment: ['DETECTION_RULE'],
    roles: JUDGES,
  }),
  budget: number({
    help: 'False alarms of the watch that are borne in a month, for each floor (or one series).',
    fallback: BUDGET_PER_MONTH_USUAL,
    min: 0.01,
    max: 100,
    flag: '--budget',
    environment: ['FALSE_ALARM_BUDGET'],
    roles: JUDGES,
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
