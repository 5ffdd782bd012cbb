/**
 * Every command of `energyguard`, as data. What a command does is loaded when it is called, so that
 * `--help` is quick and a shard does not carry a Kafka client.
 */
import type { Command, CommandArgument } from './command.ts'
import { ROLES } from './settings/setting.ts'

const KEY: CommandArgument = { name: '<key>', help: 'the key, as it is' }

const IF_MATCH = { flag: '--if-match <etag>', help: 'only if the document has this etag (* = any)' }
const IF_NONE_MATCH = { flag: '--if-none-match', help: 'only if there is no document yet' }

const roleCommands: readonly Command[] = [
  {
    path: 'up',
    role: 'up',
    listens: true,
    summary: 'every role in one process, with a simulated building',
    run: async (invocation) => (await import('./roles/up.ts')).runUp(invocation),
  },
  {
    path: 'coordinator',
    role: 'coordinator',
    listens: true,
    summary: 'the public face: keys, thresholds, notifications, live stream',
    run: async (invocation) => (await import('./roles/coordinator.ts')).runCoordinator(invocation),
  },
  {
    path: 'shard',
    role: 'shard',
    listens: true,
    summary: 'one replica of the store',
    run: async (invocation) => (await import('./roles/shard.ts')).runShard(invocation),
  },
  {
    path: 'ingest',
    role: 'ingest',
    summary: 'readings from the log into the store',
    run: async (invocation) => (await import('./roles/ingest.ts')).runIngest(invocation),
  },
  {
    path: 'detect',
    role: 'detect',
    summary: 'readings to alarms',
    run: async (invocation) => (await import('./roles/detect.ts')).runDetect(invocation),
  },
  {
    path: 'simulate',
    role: 'simulate',
    summary: 'a simulated building of three floors',
    run: async (invocation) => (await import('./roles/simulate.ts')).runSimulate(invocation),
  },
  {
    path: 'replay',
    role: 'replay',
    summary: 'recorded consumption as readings',
    args: [{ name: '<file>', help: 'CSV or NDJSON, plain or gzip' }],
    hasJson: true,
    run: async (invocation) => (await import('./roles/replay.ts')).runReplay(invocation),
  },
  {
    path: 'login',
    role: 'login',
    listens: true,
    summary: 'gives the dashboard its token',
    run: async (invocation) => (await import('./roles/login.ts')).runLogin(invocation),
  },
  {
    path: 'populate-history',
    role: 'populate-history',
    summary:
      'a made-up past for the simulated building, so that patterns are judged from the first ' +
      'day; it replaces what was measured on floors 1 to 3',
    hasJson: true,
    run: async (invocation) =>
      (await import('./roles/populate-history.ts')).runPopulate(invocation),
  },
  {
    path: 'backtest',
    role: 'backtest',
    summary: 'what the detector would have said of a recorded series',
    args: [{ name: '<file>', help: 'CSV with timestamp,value; plain or gzip' }],
    hasJson: true,
    run: async (invocation) => (await import('./roles/backtest.ts')).runBacktest(invocation),
  },
]

const clientCommands: readonly Command[] = [
  {
    path: 'ring info',
    role: 'ring',
    summary: 'the shards that a coordinator knows',
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).ringInfo(invocation),
  },
  {
    path: 'ring add',
    role: 'ring',
    summary: 'register shards',
    args: [{ name: '<url...>', help: 'addresses of shards' }],
    switches: [{ flag: '--preview', help: 'only say what would move' }],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).ringAdd(invocation),
  },
  {
    path: 'ring remove',
    role: 'ring',
    summary: 'take shards out',
    args: [{ name: '<url...>', help: 'addresses of shards' }],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).ringRemove(invocation),
  },
  {
    path: 'ring replace',
    role: 'ring',
    summary: 'put a new shard in place of one, which may be dead or have lost its disk',
    args: [
      { name: '<url>', help: 'address of the shard that goes' },
      { name: '[with]', help: 'address of the new one; left out: the same address' },
    ],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).ringReplace(invocation),
  },
  {
    path: 'ring cancel',
    role: 'ring',
    summary: 'take back the change that is under way',
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).ringCancel(invocation),
  },
  {
    path: 'export',
    role: 'ring',
    summary: 'all keys with their versions into a file, while the store is in use',
    args: [
      {
        name: '<file>',
        help: 'the file (one that is there is replaced), gzip if .gz, or - for stdout',
      },
    ],
    hasJson: true,
    run: async (invocation) => (await import('./backup-commands.ts')).exportKeys(invocation),
  },
  {
    path: 'import',
    role: 'ring',
    summary: 'the keys of an export into any store; what is newer there stays',
    args: [{ name: '<file>', help: 'made by export' }],
    hasJson: true,
    run: async (invocation) => (await import('./backup-commands.ts')).importKeys(invocation),
  },
  {
    path: 'get',
    role: 'key',
    summary: 'print the document of a key',
    args: [KEY],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).getKey(invocation),
  },
  {
    path: 'put',
    role: 'key',
    summary: 'write a document under a key',
    args: [KEY, { name: '<json>', help: 'a JSON object, or - to read it from stdin' }],
    switches: [IF_MATCH, IF_NONE_MATCH],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).putKey(invocation),
  },
  {
    path: 'delete',
    role: 'key',
    summary: 'delete a key',
    args: [KEY],
    switches: [IF_MATCH],
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).deleteKey(invocation),
  },
  {
    path: 'alerts tail',
    role: 'alerts',
    summary: 'alarms as they come, until Ctrl-C',
    hasJson: true,
    run: async (invocation) => (await import('./client-commands.ts')).tailAlerts(invocation),
  },
]

export const COMMANDS: readonly Command[] = [
  ...roleCommands,
  ...clientCommands,
  {
    path: 'config print',
    role: 'up',
    summary: 'each setting of a role, its value and where it came from',
    args: [{ name: '[role]', help: 'whose settings', choices: ROLES }],
    hasJson: true,
    run: async (invocation) => (await import('./config-command.ts')).printConfig(invocation),
  },
]
