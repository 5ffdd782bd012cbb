/**
 * Saving with the token: it says what came of it, and a token that is refused is given back.
 */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { AskError, ask } from '../../api/http.ts'
import { thresholdsQuery } from '../../api/queries.ts'
import type { Thresholds } from '../../api/types.ts'
import { keepToken, useToken } from '../../auth.ts'
import { type Draft, thresholdsOf } from '../../lib/thresholds-draft.ts'

interface SaveBarProps {
  readonly draft: Draft
  readonly isChanged: boolean
  readonly onDiscard: () => void
  readonly onRefused: () => void
}

export function SaveBar({ draft, isChanged, onDiscard, onRefused }: SaveBarProps) {
  const { t } = useTranslation()
  const token = useToken()
  const queries = useQueryClient()
  const wanted = thresholdsOf(draft)
  const saving = useMutation({
    mutationFn: (body: Thresholds) => ask('PUT /admin/thresholds', { body, token }),
    onSuccess: async ({ thresholds }) => {
      /** An answer of before that is still on its way would bring back what was. */
      await queries.cancelQueries({ queryKey: thresholdsQuery.queryKey })
      queries.setQueryData(thresholdsQuery.queryKey, thresholds)
      onDiscard()
    },
    onError: (error) => {
      if (!(error instanceof AskError) || error.failure.kind !== 'denied') return
      keepToken(undefined)
      onRefused()
    },
  })
  /** What was saved or failed before is no news of what is thrown away now. */
  const discard = () => {
    saving.reset()
    onDiscard()
  }
  if (!isChanged && !saving.isSuccess) return null
  if (!isChanged) {
    return (
      <p className="save-bar tone-good" role="status">
        {t('thresholds.saved')}
      </p>
    )
  }
  return (
    <section className="save-bar" aria-label={t('thresholds.save')}>
      <span role="status">{t('thresholds.changed')}</span>
      {saving.isError && (
        <span className="tone-high" role="alert">
          {t('failure.notSaved')}
        </span>
      )}
      <span className="grow" />
      <Button variant="subtle" onClick={discard}>
        {t('thresholds.discard')}
      </Button>
      <Button
        loading={saving.isPending}
        disabled={!wanted || token === undefined}
        onClick={() => wanted && saving.mutate(wanted)}
      >
        {t('thresholds.save')}
      </Button>
    </section>
  )
}
