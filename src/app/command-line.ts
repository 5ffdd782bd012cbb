/**
 * The command line: makes the commands of commands.ts known, reads flags, environment and file, and
 * turns every outcome into an exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * Flags are taken from the declaration of the settings; none is written here.
 */
import { readFileSync } from 'node:fs'
import { Argument, type Command as Commander, CommanderError, Option } from 'commander'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { describeError, EXIT_FAILED, EXIT_USAGE } from './lifecycle.ts'
import { exitCodeOf, newCommand } from './new-command.ts'
import { forgiveGoneReader, type Output, processOutput } from './output.ts'
import { CONFIG_FILE_NAME, readConfigFile } from './settings/config-file.ts'
import { refuseOpenDoors } from './settings/exposure.ts'
import { type Doors, environmentNames, resolveSettings, SettingsError } from './settings/resolve.ts'
import type { Role } from './settings/setting.ts'
import { withUnit } from './settings/table.ts'
import { fallbackOf, type SettingName, settingNamesOf, settingOf, textOf } from './settings.ts'

/** Runs one command line, without the program's name; the exit code. */
export async function main(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  output: Output = processOutput,
): Promise<number> {
  const exit = { code: 0 }
  forgiveGoneReader(process.stdout)
  const program = programOf(environment, output, exit)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exit.code
  } catch (error) {
    return codeOf(error, output)
  }
}

function codeOf(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return exitCodeOf(error)
  output.message(describeError(error))
  return error instanceof SettingsError ? EXIT_USAGE : EXIT_FAILED
}

function programOf(environment: Doors['environment'], output: Output, exit: { code: number }) {
  const program = newCommand('energyguard', output)
    .description('Watches how a building consumes electricity and warns early.')
    .version(packageVersion(), '--version')
  const groups = new Map<string, Commander>()
  for (const command of COMMANDS) {
    const [first = '', second] = command.path.split(' ')
    const parent = second ? groupOf(first, program, groups, output) : program
    parent.addCommand(commanderOf(command, second ?? first, environment, output, exit))
  }
  return program
}

const GROUP_SUMMARIES: Record<string, string> = {
  ring: 'the shards of the store',
  alerts: 'alarms',
  config: 'settings',
}

function groupOf(
  name: string,
  program: Commander,
  groups: Map<string, Commander>,
  output: Output,
): Commander {
  const known = groups.get(name)
  if (known) return known
  const group = newCommand(name, output).description(GROUP_SUMMARIES[name] ?? name)
  groups.set(name, group)
  program.addCommand(group)
  return group
}

function commanderOf(
  command: Command,
  word: string,
  environment: Doors['environment'],
  output: Output,
  exit: { code: number },
): Commander {
  const commander = newCommand(word, output).description(command.summary)
  for (const argument of command.args ?? []) {
    const made = new Argument(argument.name, argument.help)
    commander.addArgument(argument.choices ? made.choices([...argument.choices]) : made)
  }
  const named = new Map<string, SettingName>()
  for (const name of settingNamesOf(command.role)) addOption(commander, name, command.role, named)
  const switches = (command.switches ?? []).map(({ flag, help }) => new Option(flag, help))
  for (const option of switches) commander.addOption(option)
  commander.option('--config <file>', `configuration file (default: ${CONFIG_FILE_NAME})`)
  if (command.hasJson) commander.option('--json', 'answer as JSON')
  commander.addHelpText('after', otherSettings(command.role))
  commander.action(async () => {
    const doors = doorsOf(commander, named, environment)
    const resolved = resolveSettings(command.role, doors)
    if (command.listens) refuseOpenDoors(resolved)
    exit.code = await command.run({
      resolved,
      resolveAs: (role) => resolveSettings(role, { ...doors, flags: {} }),
      args: commander.args,
      json: commander.opts().json === true,
      switches: new Map(switches.flatMap((option) => givenOf(commander, option))),
      output,
    })
  })
  return commander
}

/** Name and value of a switch, if it was given. */
function givenOf(commander: Commander, option: Option): readonly (readonly [string, string])[] {
  const value: unknown = commander.opts()[option.attributeName()]
  if (value === undefined || value === false) return []
  return [[option.long ?? option.flags, value === true ? '' : String(value)]]
}

function addOption(
  commander: Commander,
  name: SettingName,
  role: Role,
  named: Map<string, SettingName>,
): void {
  const setting = settingOf(name)
  if (!setting.flag) return
  const value = setting.type === 'switch' ? '' : ` <${setting.unit ?? setting.type}>`
  const option = new Option(`${setting.flag}${value}`, helpOf(name, role))
  named.set(option.attributeName(), name)
  commander.addOption(option)
}

function helpOf(name: SettingName, role: Role): string {
  const setting = settingOf(name)
  const usual = withUnit(textOf(fallbackOf(name, role)), setting.unit)
  const names = environmentNames(setting, role)
  const secret = setting.secret ? `, or ${names[0]}_FILE` : ''
  const from = names.length > 0 ? ` [${names.join(', ')}${secret}]` : ''
  return `${setting.help}${usual === '' ? '' : ` (default: ${usual})`}${from}`
}

/** Settings without a flag, in the help of the commands that use them. */
function otherSettings(role: Role): string {
  const names = settingNamesOf(role).filter((name) => !settingOf(name).flag)
  if (names.length === 0) return ''
  const lines = names.map((name) => `  ${name}: ${helpOf(name, role)}`)
  return `\nBy environment or ${CONFIG_FILE_NAME} only:\n${lines.join('\n')}`
}

function doorsOf(
  commander: Commander,
  named: ReadonlyMap<string, SettingName>,
  environment: Doors['environment'],
): Doors {
  const given = [...named].filter(
    ([attribute]) => commander.getOptionValueSource(attribute) === 'cli',
  )
  const flags = given.map(([attribute, name]) => [
    name,
    String(commander.getOptionValue(attribute)),
  ])
  const file = readConfigFile(commander.opts().config ?? environment.ENERGYGUARD_CONFIG)
  return {
    flags: Object.fromEntries(flags),
    environment,
    ...(file ? { file } : {}),
    readSecret: (path) => readFileSync(path, 'utf8'),
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String(JSON.parse(text).version)
}
