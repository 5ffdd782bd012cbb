/**
 * The sets of the floors, in pages where there are many; one is found by its number. What is typed
 * on one page is kept while another is looked at.
 */
import { useMemo } from 'react'
import { useChoices } from '../../app/use-choices.ts'
import { FEW_FLOORS_MAX, pageOfFloors } from '../../lib/floors.ts'
import { FloorPager } from '../../parts/FloorPager.tsx'
import { FloorSearch } from '../../parts/FloorSearch.tsx'
import { FloorSet, type SetProps } from './SetPanel.tsx'

export function FloorSets(props: SetProps) {
  const { find, page: number } = useChoices()
  const { perFloor } = props.draft
  const names = useMemo(() => Object.keys(perFloor), [perFloor])
  const page = useMemo(() => {
    const rows = names.map((name) => ({ floor: Number(name), kw: undefined, problems: 0 }))
    const chosen = { ...(find === undefined ? {} : { find }) }
    return pageOfFloors(rows, { ...chosen, ...(number === undefined ? {} : { page: number }) })
  }, [names, find, number])
  return (
    <>
      {names.length > FEW_FLOORS_MAX && <FloorSearch />}
      {page.rows.map(({ floor }) => (
        <FloorSet key={floor} floor={String(floor)} {...props} />
      ))}
      <FloorPager page={page} total={names.length} />
    </>
  )
}
