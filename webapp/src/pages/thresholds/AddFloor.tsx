/**
 * Thresholds for a floor that has not sent anything yet.
 */
import { Button, TextInput } from '@mantine/core'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useChoose } from '../../app/use-choices.ts'
import { FEW_FLOORS_MAX } from '../../lib/floors.ts'
import { type Draft, setInherits } from '../../lib/thresholds-draft.ts'

export function AddFloor(props: {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}) {
  const { draft, onChange } = props
  const { t } = useTranslation()
  const choose = useChoose()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const floor = String(new FormData(event.currentTarget).get('floor'))
    if (draft.perFloor[floor] == null) onChange(setInherits(draft, floor, false))
    /** Of many it may stand on another page. */
    const isMany = Object.keys(draft.perFloor).length >= FEW_FLOORS_MAX
    if (isMany) choose({ find: floor, page: undefined })
    event.currentTarget.reset()
  }
  return (
    <form className="inline-form" onSubmit={submit}>
      <TextInput
        name="floor"
        label={t('thresholds.addFloor')}
        inputMode="numeric"
        pattern="[1-9][0-9]*"
        required
        withAsterisk={false}
      />
      <Button type="submit" variant="light">
        {t('thresholds.add')}
      </Button>
    </form>
  )
}
