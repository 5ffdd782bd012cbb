/**
 * One set of thresholds: the default, or that of a floor, which inherits or has its own.
 */
import { Button, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../app/use-choices.ts'
import { METRIC_FACTS } from '../../lib/metrics.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import {
  changeLimit,
  type Draft,
  FACTORY_SET,
  LIMIT_FIELDS,
  type LimitField,
  metricOf,
  type SetDraft,
  setInherits,
  shownText,
  textsOf,
} from '../../lib/thresholds-draft.ts'
import { Icon } from '../../parts/Icon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { LimitInput } from './LimitInput.tsx'

export interface SetProps {
  readonly state: PanelState
  readonly draft: Draft
  readonly before: Draft
  readonly canEdit: boolean
  readonly onChange: (draft: Draft) => void
}

export function DefaultSet({ state, draft, before, canEdit, onChange }: SetProps) {
  const { t } = useTranslation()
  const restore = () => onChange({ ...draft, default: textsOf(FACTORY_SET) })
  return (
    <Panel
      title={t('thresholds.default')}
      state={state}
      heightPx={80}
      actions={
        canEdit && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Icon name="restore" size={14} />}
            onClick={restore}
          >
            {t('thresholds.factory')}
          </Button>
        )
      }
    >
      <div className="set">
        {LIMIT_FIELDS.map((field) => (
          <LimitInput
            key={field}
            floor={null}
            field={field}
            text={draft.default[field]}
            savedText={before.default[field]}
            canEdit={canEdit}
            onChange={(text) => onChange(changeLimit(draft, null, field, text))}
          />
        ))}
      </div>
    </Panel>
  )
}

export function FloorSet(props: SetProps & { readonly floor: string }) {
  const { floor, state, draft, before, canEdit, onChange } = props
  const { t } = useTranslation()
  const set = draft.perFloor[floor] ?? null
  const savedText = (field: LimitField) => (before.perFloor[floor] ?? before.default)[field]
  return (
    <Panel
      title={t('word.floorN', { floor })}
      state={state}
      heightPx={0}
      actions={<FloorActions {...props} inherits={set === null} />}
    >
      {set === null ? (
        <Inherited set={draft.default} />
      ) : (
        <div className="set">
          {LIMIT_FIELDS.map((field) => (
            <LimitInput
              key={field}
              floor={floor}
              field={field}
              text={set[field]}
              savedText={savedText(field)}
              canEdit={canEdit}
              onChange={(text) => onChange(changeLimit(draft, floor, field, text))}
            />
          ))}
        </div>
      )}
    </Panel>
  )
}

/** What a floor without limits of its own goes by. */
function Inherited({ set }: { readonly set: SetDraft }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <div className="inherited">
      <span>{t('thresholds.inherits')}</span>
      {LIMIT_FIELDS.map((field) => {
        const { unit } = METRIC_FACTS[metricOf(field)]
        return (
          <span key={field} title={t(`metric.${metricOf(field)}`)}>
            {shownText(set[field], language)} {unit}
          </span>
        )
      })}
    </div>
  )
}

function FloorActions(props: SetProps & { floor: string; inherits: boolean }) {
  const { floor, draft, canEdit, onChange, inherits } = props
  const { t } = useTranslation()
  if (!canEdit) return null
  return (
    <>
      <Switch
        label={t('thresholds.own')}
        checked={!inherits}
        onChange={({ currentTarget }) =>
          onChange(setInherits(draft, floor, !currentTarget.checked))
        }
      />
      {!inherits && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<Icon name="restore" size={14} />}
          onClick={() => onChange(setInherits(draft, floor, true))}
        >
          {t('thresholds.restore')}
        </Button>
      )}
    </>
  )
}
