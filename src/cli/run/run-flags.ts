import type { Json } from '../../core/json.ts'
import { BadValue, list, type Reader, toggle, type Values, value } from '../flag.ts'
import { count, duration, header, receiverUrl, text } from '../readers.ts'
import { formatFlag } from '../shared-flags.ts'
import { reportTargets } from './report-target.ts'

/** `name=value` is a text, `name:=value` is JSON. */
export const assignment: Reader<readonly [name: string, value: Json]> = (given) => {
  const [, name, sign, content] = /^([A-Za-z_]\w*)(:?=)(.*)$/s.exec(given) ?? []
  if (name === undefined || content === undefined)
    throw new BadValue(`"${given}" is not NAME=VALUE`, 'Write it as --set note=n-2.')
  if (sign === '=') return [name, content]
  try {
    return [name, JSON.parse(content) as Json]
  } catch {
    throw new BadValue(`"${content}" is not JSON`, 'Write name=value for a text.')
  }
}

export const READY_WITHIN_MS = 30_000
const MOST_JOBS = 64

/** The port is filled in when the command is started, so `{port}` is a URL's port here. */
const receiver: Reader<string> = (given) => {
  if (!given.includes('{port}')) return receiverUrl(given)
  receiverUrl(given.replaceAll('{port}', '1'))
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`
}

export const runFlags = {
  receiver: value('--receiver <url>', 'where your receiver listens, in place of the stand-in', receiver),
  secret: value('--secret <secret>', 'secret of the webhooks that the scenarios register', text),
  secretEnv: value('--secret-env <name>', 'under which name COMMAND gets the secret', text, 'WEBHOOK_SECRET'),
  ready: value('--ready <url>', 'wait until this URL answers before the first step', receiver),
  readyTimeout: value(
    '--ready-timeout <duration>',
    'how long to wait until the receiver is ready (default: 30s)',
    duration,
    READY_WITHIN_MS,
  ),
  header: list('--header <name: value>', 'send this header with every delivery', header, { lines: true }),
  set: list(
    '--set <name=value>',
    'value of a variable of the scenarios; name:=3 for what is no text',
    assignment,
    { lines: true },
  ),
  spec: list('--spec <file>', 'OpenAPI document of your own', text),
  seed: value('--seed <n>', 'ids, secrets and chance are the same for the same seed', text),
  until: value('--until <step>', 'stop after this step: its number or its name', text),
  attemptTimeout: value(
    '--attempt-timeout <duration>',
    'how long an attempt waits, in place of what the scenario or the provider says',
    duration,
  ),
  keep: toggle('--keep', 'after a failure, go on serving until ^C'),
  bail: toggle('--bail', 'skip the rest after the first failure'),
  jobs: value('--jobs <n>', 'scenarios at a time, where they share no receiver', count(1, MOST_JOBS)),
  restartEach: toggle('--restart-each', 'start COMMAND anew for each scenario'),
  watch: toggle('--watch', 'run again when a scenario or a document changes'),
  report: list('--report <kind=file>', 'write junit=FILE, html=FILE or ctrf=FILE', reportTargets),
  coverage: toggle('--coverage', 'print which operations, statuses, events and faults were exercised'),
  format: formatFlag,
}
export type RunFlags = Values<typeof runFlags>
