/**
 * The log-in form, wherever something needs one.
 */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AskError } from '../api/http.ts'
import { logIn } from '../auth.ts'

type Trouble = 'wrong' | 'unreachable' | null

export function LoginForm({ why }: { readonly why?: string }) {
  const { t } = useTranslation()
  const [trouble, setTrouble] = useState<Trouble>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setTrouble(null)
    try {
      await logIn(String(form.get('username')), String(form.get('password')))
    } catch (error) {
      const isWrong = error instanceof AskError && error.failure.kind === 'denied'
      setTrouble(isWrong ? 'wrong' : 'unreachable')
    }
    setBusy(false)
  }
  return (
    <form
      className="stack login"
      onSubmit={(event) => void submit(event)}
      aria-label={t('login.title')}
    >
      {why && <p className="soft">{why}</p>}
      <TextInput
        name="username"
        label={t('login.name')}
        autoComplete="username"
        required
        withAsterisk={false}
      />
      <PasswordInput
        name="password"
        label={t('login.password')}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('login.reveal'), tabIndex: 0 }}
        required
        withAsterisk={false}
      />
      {trouble && (
        <p className="tone-high" role="alert">
          {t(`login.${trouble}`)}
        </p>
      )}
      <Button type="submit" loading={isBusy}>
        {t('login.in')}
      </Button>
    </form>
  )
}
