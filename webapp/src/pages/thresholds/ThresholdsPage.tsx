/**
 * Thresholds: the default set and each floor's own. Everybody may read them; changing takes a
 * log-in. What is typed is kept when the log-in runs out in between.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { thresholdsQuery } from '../../api/queries.ts'
import type { Thresholds } from '../../api/types.ts'
import { useFloors } from '../../app/use-building.ts'
import { useAskedState } from '../../app/use-panel-state.ts'
import { useToken } from '../../auth.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { type Draft, draftOf, isChanged } from '../../lib/thresholds-draft.ts'
import { LoginForm } from '../../parts/LoginForm.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { AddFloor } from './AddFloor.tsx'
import { FloorSets } from './FloorSets.tsx'
import { SaveBar } from './SaveBar.tsx'
import { DefaultSet } from './SetPanel.tsx'

export function ThresholdsPage() {
  const { t } = useTranslation()
  const thresholds = useQuery(thresholdsQuery)
  const { data } = thresholds
  const state = useAskedState(thresholds, false)
  return (
    <div className="page">
      <h1>{t('nav.thresholds')}</h1>
      <p className="soft">{t('thresholds.intro')}</p>
      {data ? (
        <Editor saved={data} state={state} />
      ) : (
        <Panel
          title={t('thresholds.default')}
          state={state}
          onRetry={() => void thresholds.refetch()}
          heightPx={140}
        >
          {null}
        </Panel>
      )}
    </div>
  )
}

interface EditorProps {
  readonly saved: Thresholds
  readonly state: PanelState
}

function Editor({ saved, state }: EditorProps) {
  const { t } = useTranslation()
  const token = useToken()
  const { floors } = useFloors()
  const [edited, setEdited] = useState<Draft | null>(null)
  const [isRefused, setRefused] = useState(false)
  const before = useMemo(() => draftOf(saved, floors), [saved, floors])
  const draft = edited
    ? { ...edited, perFloor: { ...before.perFloor, ...edited.perFloor } }
    : before
  const canEdit = token !== undefined
  return (
    <>
      {!canEdit && (
        <Panel title={t('login.title')} state={{ kind: 'ready' }} heightPx={0}>
          <LoginForm why={t(isRefused ? 'thresholds.again' : 'thresholds.needsLogin')} />
        </Panel>
      )}
      <DefaultSet
        state={state}
        draft={draft}
        before={before}
        canEdit={canEdit}
        onChange={setEdited}
      />
      <FloorSets
        state={state}
        draft={draft}
        before={before}
        canEdit={canEdit}
        onChange={setEdited}
      />
      {canEdit && <AddFloor draft={draft} onChange={setEdited} />}
      <SaveBar
        draft={draft}
        isChanged={edited !== null && isChanged(draft, before)}
        onDiscard={() => setEdited(null)}
        onRefused={() => setRefused(true)}
      />
    </>
  )
}
