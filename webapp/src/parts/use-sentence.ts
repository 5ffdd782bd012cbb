/**
 * An alert in a sentence of the page's language, made from its parts and not from the text that was
 * sent: so history changes language too.
 */

import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Notification } from '../api/types.ts'
import { useLanguage } from '../app/use-choices.ts'
import { kindOf } from '../lib/alerts.ts'
import { formatNumber } from '../lib/format.ts'
import { METRIC_FACTS } from '../lib/metrics.ts'

/** A number and its unit stay on one line. */
const NO_BREAK = '\u00a0'

export function useSentence(): (one: Notification) => string {
  const { t } = useTranslation()
  const language = useLanguage()
  return useCallback(
    (one: Notification) => {
      const { unit, digits } = METRIC_FACTS[one.metric]
      const write = (value: number) => `${formatNumber(value, language, digits)}${NO_BREAK}${unit}`
      return t(`sentence.${kindOf(one)}`, {
        floor: one.floor,
        metric: t(`limit.${one.metric}`),
        value: write(one.value),
        threshold: write(one.threshold),
      })
    },
    [t, language],
  )
}
