/**
 * `config print`: each setting of a role, its value and the door it came by.
 */
import type { Invocation } from './command.ts'
import { EXIT_DONE } from './lifecycle.ts'
import { ROLES } from './settings/setting.ts'
import { type PrintedSetting, printedSettings, withUnit } from './settings/table.ts'
import { settingOf, textOf } from './settings.ts'

export async function printConfig(invocation: Invocation): Promise<number> {
  const [named] = invocation.args
  const role = ROLES.find((one) => one === named) ?? 'up'
  const rows = printedSettings(role, named ? invocation.resolveAs(role) : invocation.resolved)
  const text = invocation.json ? JSON.stringify(rows, null, 2) : linesOf(rows)
  invocation.output.data(text)
  return EXIT_DONE
}

function linesOf(rows: readonly PrintedSetting[]): string {
  const shown = rows.map(({ name, value, source }) => ({
    name,
    value: withUnit(textOf(value), settingOf(name).unit) || '(none)',
    source,
  }))
  const nameWidth = Math.max(...shown.map((row) => row.name.length))
  const valueWidth = Math.max(...shown.map((row) => row.value.length))
  return shown
    .map((row) => `${row.name.padEnd(nameWidth)}  ${row.value.padEnd(valueWidth)}  ${row.source}`)
    .join('\n')
}
