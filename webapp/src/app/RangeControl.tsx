/**
 * The stretch of time that charts show: a live one that moves on, or from one moment to another.
 */
import { Button, NativeSelect, Popover, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatTime } from '../lib/format.ts'
import { RANGES, type RangeName, spanOf, typedSpan } from './search.ts'
import { useChoices, useChoose, useLanguage } from './use-choices.ts'

export function RangeControl() {
  const { t } = useTranslation()
  const choices = useChoices()
  const choose = useChoose()
  const [isOpen, setOpen] = useState(false)
  const isCustom = choices.from !== undefined
  const change = (value: string) => {
    if (value === 'custom') setOpen(true)
    else choose({ range: value as RangeName, from: undefined, to: undefined })
  }
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <div className="range">
          <NativeSelect
            aria-label={t('range.label')}
            size="sm"
            value={isCustom ? 'custom' : (choices.range ?? '1h')}
            onChange={({ currentTarget }) => change(currentTarget.value)}
          >
            {RANGES.map((range) => (
              <option key={range} value={range}>
                {t(`range.${range}`)}
              </option>
            ))}
            <option value="custom">{isCustom ? <CustomName /> : t('range.custom')}</option>
          </NativeSelect>
          {isCustom && <CustomActions edit={() => setOpen(true)} />}
        </div>
      </Popover.Target>
      <Popover.Dropdown>
        <CustomForm close={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

/** What is chosen in a list cannot be chosen once more, so there is a button to change it. */
function CustomActions({ edit }: { readonly edit: () => void }) {
  const { t } = useTranslation()
  const choose = useChoose()
  const look = { size: 'compact-sm', variant: 'subtle' } as const
  return (
    <>
      <Button {...look} onClick={edit}>
        {t('range.edit')}
      </Button>
      <Button {...look} onClick={() => choose({ from: undefined, to: undefined })}>
        {t('range.backToLive')}
      </Button>
    </>
  )
}

function CustomName() {
  const { from = 0, to = 0 } = useChoices()
  const language = useLanguage()
  const write = (seconds: number) => formatTime(seconds * 1000, language, 'moment')
  return `${write(from)} – ${write(to)}`
}

function CustomForm({ close }: { readonly close: () => void }) {
  const { t } = useTranslation()
  const choices = useChoices()
  const choose = useChoose()
  const [isWrong, setWrong] = useState(false)
  const span = spanOf(choices, Date.now(), 60)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const typed = typedSpan(String(form.get('from')), String(form.get('to')))
    setWrong(!typed)
    if (!typed) return
    choose({ ...typed, range: undefined })
    close()
  }
  return (
    <form onSubmit={submit} className="stack">
      <TextInput
        name="from"
        type="datetime-local"
        label={t('range.from')}
        defaultValue={localText(span.fromSeconds)}
        required
      />
      <TextInput
        name="to"
        type="datetime-local"
        label={t('range.to')}
        defaultValue={localText(span.toSeconds)}
        error={isWrong && t('range.order')}
        required
      />
      <Button type="submit">{t('range.show')}</Button>
    </form>
  )
}

/** As the input wants it: local time without an offset. */
function localText(seconds: number): string {
  const ms = seconds * 1000
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
