/**
 * A link within the dashboard. It keeps what was chosen for all pages (range, metric, language,
 * theme) and leaves behind what belongs to one page.
 */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { linkSearch, type Search } from './search.ts'

interface AppLinkProps {
  readonly to: string
  readonly change?: Search
  readonly className?: string
  readonly label?: string
  readonly onClick?: () => void
  readonly children: ReactNode
}

export function AppLink({ to, change = {}, className, label, onClick, children }: AppLinkProps) {
  return (
    <Link
      to={to}
      search={(before: Search) => linkSearch(before, change)}
      {...(className === undefined ? {} : { className })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(onClick === undefined ? {} : { onClick })}
      activeOptions={{ exact: true, includeSearch: false }}
    >
      {children}
    </Link>
  )
}
