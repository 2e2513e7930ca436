import { list, toggle, type Values, value } from '../flag.ts'
import { clock, duration, forProviderUrl, forwarding, port, text } from '../readers.ts'
import { formatFlag, specFlag } from '../shared-flags.ts'

export const DEFAULT_PORT = 4010
export const DEFAULT_DB = './.hookproof/db.json'

export const startFlags = {
  provider: list('--provider <id>', 'serve only these (default: all)', text, { many: true }),
  spec: specFlag,
  port: value(
    '--port <n>',
    `where to listen, 0 for any free port (default: ${DEFAULT_PORT})`,
    port,
    DEFAULT_PORT,
  ),
  host: value('--host <address>', 'listen on this address (default: 127.0.0.1 and ::1)', text),
  db: value('--db <file>', `where the state is kept (default: ${DEFAULT_DB})`, text),
  memory: toggle('--memory', 'keep nothing'),
  reset: toggle('--reset', 'begin with an empty state'),
  clock: value('--clock <clock>', 'real, virtual, or x60 for sixty times as fast (default: real)', clock, {
    kind: 'real',
  } as const),
  variant: list('--variant <[id=]name>', 'deliver and retry as this variant does, such as sandbox', text, {
    many: true,
  }),
  forwardTo: list('--forward-to <[id=]url>', 'register a webhook for all events there', forProviderUrl, {
    many: true,
  }),
  secret: list(
    '--secret <[id=]secret>',
    'its secret; ID= only where ID is, or is nearly, the id of a provider',
    text,
    { many: true },
  ),
  secretEnv: value('--secret-env <name>', 'under which name COMMAND gets the secret', text, 'WEBHOOK_SECRET'),
  forward: list(
    '--forward <from=to>',
    'deliver there what is registered for an origin, a URL prefix or *',
    forwarding,
    { many: true },
  ),
  allowHost: list('--allow-host <host>', 'let deliveries go to NAME[:PORT] or a CIDR range', text, {
    many: true,
  }),
  serverName: list('--server-name <host>', 'answer the control API under this name as well', text, {
    many: true,
  }),
  strictUrls: toggle('--strict-urls', 'refuse http:// wherever the provider does'),
  strict: toggle('--strict', 'exit with 1 if a contract was violated, also by what no document declares'),
  attemptTimeout: value(
    '--attempt-timeout <duration>',
    "time-out of every attempt, in place of the providers'",
    duration,
  ),
  ca: value('--ca <file>', 'certificates (PEM) that receivers may be signed by', text),
  insecure: toggle('--insecure', "accept any receiver's certificate"),
  scenario: list(
    '--scenario <file>',
    'begin with the webhooks, faults, clock, seed and time-out of a scenario; $receiver is where --forward-to points',
    text,
    { many: true },
  ),
  seed: value('--seed <n>', 'ids and secrets are the same for the same seed', text),
  watch: toggle('--watch', 'read documents and scenarios again when they change'),
  format: formatFlag,
}
export type StartFlags = Values<typeof startFlags>
