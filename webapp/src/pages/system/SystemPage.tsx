/**
 * System: for whoever keeps it running. The stages of the pipeline, the store and its shards, and a
 * change of the ring with its progress.
 */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ringQuery, systemQuery } from '../../api/queries.ts'
import { usePolledState } from '../../app/use-panel-state.ts'
import { careStateOf } from '../../lib/system.ts'
import { Panel } from '../../parts/Panel.tsx'
import { CareFacts } from './CareFacts.tsx'
import { PipelineTable } from './PipelineTable.tsx'
import { RingFacts } from './RingFacts.tsx'
import { FirstShard, ShardTable } from './ShardTable.tsx'

export function SystemPage() {
  const { t } = useTranslation()
  const system = useQuery(systemQuery)
  const ring = useQuery(ringQuery)
  const stages = system.data?.pipeline ?? []
  const info = ring.data
  const pipelineState = usePolledState(system, stages.length === 0)
  const careState = usePolledState(system, false)
  const ringState = usePolledState(ring, info?.nodes.length === 0)
  return (
    <div className="page">
      <h1>{t('nav.system')}</h1>
      <div className="side-by-side">
        <Panel
          title={t('system.pipeline')}
          state={pipelineState}
          empty={t('system.noPipeline')}
          onRetry={() => void system.refetch()}
          heightPx={170}
        >
          <PipelineTable stages={stages} />
        </Panel>
        <Panel
          title={t('system.ring')}
          state={ringState}
          empty={t('system.noShards')}
          onRetry={() => void ring.refetch()}
          heightPx={170}
        >
          {info && <RingFacts info={info} />}
        </Panel>
      </div>
      <Panel
        title={t('care.title')}
        state={careState}
        onRetry={() => void system.refetch()}
        heightPx={50}
      >
        <CareFacts state={careStateOf(system.data)} partitions={info?.partitions} />
      </Panel>
      <Panel
        title={t('system.shards')}
        state={ringState}
        empty={<FirstShard />}
        onRetry={() => void ring.refetch()}
        heightPx={160}
      >
        {info && <ShardTable info={info} />}
      </Panel>
    </div>
  )
}
