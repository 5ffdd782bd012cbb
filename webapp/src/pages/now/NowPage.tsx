/**
 * Now: is everything all right, where is it not, and how much does it draw. The answer stands in
 * one line; below it a card for each floor, what is active, and the chosen metric as lines.
 *
 * Readings come twenty a second. The page itself knows only which floors it shows; each part takes
 * from the live client what it shows, and is drawn when that has changed.
 */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection } from '../../app/live-context.tsx'
import {
  useActiveAlerts,
  useAlarmed,
  useFloorPage,
  useFloors,
  useSampleHistory,
  useThresholds,
} from '../../app/use-building.ts'
import { useChoices } from '../../app/use-choices.ts'
import { limitsFor } from '../../lib/metrics.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { FloorPager } from '../../parts/FloorPager.tsx'
import { HistoryNote } from '../../parts/HistoryNote.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ActiveAlerts } from './ActiveAlerts.tsx'
import { FloorCard } from './FloorCard.tsx'
import { LiveChart } from './LiveChart.tsx'
import { NowToolbar } from './NowToolbar.tsx'
import { Totals } from './Totals.tsx'
import { Verdict } from './Verdict.tsx'

export function NowPage() {
  const { t } = useTranslation()
  const choices = useChoices()
  const { floors, error, isRead, retry } = useFloors()
  const thresholds = useThresholds()
  const connection = useConnection()
  const active = useActiveAlerts()
  const alarmed = useAlarmed(active)
  const page = useFloorPage(thresholds, alarmed, choices)
  const shown = useMemo(() => page.rows.map(({ floor }) => floor), [page])
  useSampleHistory(shown)
  const state = panelStateOf({
    hasData: isRead || floors.length > 0,
    isEmpty: floors.length === 0,
    error,
    connection,
    isLive: true,
  })
  return (
    <div className="page now">
      <Verdict thresholds={thresholds} alarmed={alarmed} floors={floors} state={state} />
      <Panel
        title={t('now.floors')}
        state={state}
        empty={t('now.empty')}
        onRetry={() => void retry()}
        actions={<NowToolbar floorCount={floors.length} />}
        heightPx={220}
      >
        <div className="cards">
          {shown.map((floor) => (
            <FloorCard
              key={floor}
              floor={floor}
              limits={limitsFor(thresholds, floor)}
              alarmed={alarmed.get(floor)}
              count={choices.samples ?? 1}
            />
          ))}
        </div>
        <FloorPager page={page} total={floors.length} />
      </Panel>
      <div className="side-by-side">
        <div className="page">
          <HistoryNote />
          <LiveChart floors={shown} hasFloors={isRead} floorsError={error} retryFloors={retry} />
        </div>
        <div className="page">
          <ActiveAlerts active={active} />
          <Totals floorCount={floors.length} state={state} onRetry={() => void retry()} />
        </div>
      </div>
    </div>
  )
}
