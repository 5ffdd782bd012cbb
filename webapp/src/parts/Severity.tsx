/**
 * How bad something is: always a word beside the sign and the colour.
 */
import { useTranslation } from 'react-i18next'
import type { Severity } from '../api/types.ts'
import { Icon } from './Icon.tsx'

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  const { t } = useTranslation()
  return (
    <span className={`pill tone-${severity}`}>
      <Icon name="alert" size={14} /> {t(`severity.${severity}`)}
    </span>
  )
}
