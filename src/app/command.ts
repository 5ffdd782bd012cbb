/**
 * What a command is: its words, its role (which decides its settings) and what it does.
 */
import type { Output } from './output.ts'
import type { Resolved } from './settings/resolve.ts'
import type { Role } from './settings/setting.ts'

export interface Invocation {
  readonly resolved: Resolved
  /** What stood after the command, without flags; a list argument comes flat. */
  readonly args: readonly string[]
  /** A program reads the answer. */
  readonly json: boolean
  /** Of the command's own switches those that were given, with their values ('' without one). */
  readonly switches: ReadonlyMap<string, string>
  readonly output: Output
  /** The settings as another role would see them, for `config print`. */
  readonly resolveAs: (role: Role) => Resolved
}

export interface CommandArgument {
  /**
   * As commander writes it: `<key>` is needed, `[role]` may be left out, `<url...>` are several.
   */
  readonly name: string
  readonly help: string
  readonly choices?: readonly string[]
}

export interface Command {
  /** One or two words: `coordinator`, `ring add`. */
  readonly path: string
  readonly role: Role
  readonly summary: string
  readonly args?: readonly CommandArgument[]
  /** Opens a port that needs secrets of its own wherever others can reach it. */
  readonly listens?: boolean
  /** Flags that are no settings (`--preview`, `--if-match <etag>`): they count for this call. */
  readonly switches?: readonly { readonly flag: string; readonly help: string }[]
  /** Knows `--json`. */
  readonly hasJson?: boolean
  /** The exit code. Throws CommandError for what a person can mend. */
  run(invocation: Invocation): Promise<number>
}
