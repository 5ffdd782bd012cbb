/**
 * Why a change of the ring was not begun: refused with a reason, or for want of a log-in.
 */
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../api/http.ts'
import { LoginForm } from '../../parts/LoginForm.tsx'

export function RingTrouble({ trouble }: { readonly trouble: Failure | undefined }) {
  const { t } = useTranslation()
  if (!trouble) return null
  if (trouble.kind === 'denied') return <LoginForm why={t('system.needsLogin')} />
  const detail = trouble.kind === 'refused' ? trouble.detail : t(`failure.${trouble.kind}`)
  return (
    <p className="tone-high" role="alert">
      {t('system.refused', { detail })}
    </p>
  )
}
