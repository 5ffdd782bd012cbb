/**
 * System: for whoever keeps it running. The stages of the pipeline, the store and its shards, and a
 * change of the ring with its progress.
 */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ringQuery, systemQuery } from '../../api/queries.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { Panel } from '../../parts/Panel.tsx'
import { PipelineTable } from './PipelineTable.tsx'
import { RingFacts } from './RingFacts.tsx'
import { ShardTable } from './ShardTable.tsx'

export function SystemPage() {
  const { t } = useTranslation()
  const system = useQuery(systemQuery)
  const ring = useQuery(ringQuery)
  const stages = system.data?.pipeline ?? []
  const info = ring.data ?? system.data?.store
  const ringState = panelStateOf({ hasData: info !== undefined, isEmpty: false, error: ring.error })
  return (
    <div className="page">
      <h1>{t('nav.system')}</h1>
      <Panel
        title={t('system.pipeline')}
        state={panelStateOf({
          hasData: system.data !== undefined,
          isEmpty: stages.length === 0,
          error: system.error,
        })}
        empty={t('system.noPipeline')}
        onRetry={() => void system.refetch()}
      >
        <PipelineTable stages={stages} />
      </Panel>
      <Panel
        title={t('system.ring')}
        state={ringState}
        onRetry={() => void ring.refetch()}
        heightPx={90}
      >
        {info && <RingFacts info={info} />}
      </Panel>
      <Panel
        title={t('system.shards')}
        state={ringState}
        onRetry={() => void ring.refetch()}
        heightPx={160}
      >
        {info && <ShardTable info={info} />}
      </Panel>
    </div>
  )
}
