import { readFile } from 'node:fs/promises'
import { fileReason, MockError } from '../../../core/errors.ts'
import {
  isJsonObject,
  type Json,
  type JsonObject,
  merge,
  parsedJson,
  parseJson,
  setAt,
} from '../../../core/json.ts'
import { changedNumberIn, numberHint, numberReason } from '../../../core/number-text.ts'
import type { DeliveryAction } from '../../../fault/delivery-catalogue.ts'
import { readAction } from '../../../fault/read-fault.ts'
import {
  badValue,
  count,
  duration,
  formatFlag,
  header,
  list,
  type Reader,
  receiverUrl,
  serverFlag,
  specFlag,
  text,
  toggle,
  usageError,
  type Values,
  value,
} from '../../flags.ts'
import type { Io } from '../../io.ts'

/** One `--fault`: what it does, and how a fault is written that does it. */
export interface FaultFlag {
  readonly action: DeliveryAction | null
  /** `do` of a fault. */
  readonly does: Json
}

/**
 * A fault of the delivery plane: `duplicate`, and with parameters `delay:30s`, `duplicate:copies=3,at=once` or
 * `extra-fields:{"fields":{"a":1}}`.
 */
export const deliveryFault: Reader<FaultFlag> = (given) => {
  const [, name = '', text] = /^([^:]+)(?::(.*))?$/s.exec(given) ?? []
  if (name === '') throw badValue(`"${given}" names no fault`, 'Write it as duplicate, or delay:30s.')
  const does: Json = text === undefined ? name : { [name]: parameters(text) }
  const read = readAction('delivery', does)
  if ('action' in read) return { does, action: read.action.name === 'pass' ? null : read.action }
  const [issue] = read.issues
  throw badValue(issue?.reason ?? `"${given}" is no fault`, issue?.hint)
}

/** JSON, `key=value,…`, or one plain value. */
function parameters(text: string): Json {
  const json = parsedJson(text)
  if (isJsonObject(json)) {
    refuseChangedNumber('--fault', text)
    return json
  }
  const pairs = text.split(',').map((pair) => /^\s*([a-z]+)=(.*)$/s.exec(pair))
  if (pairs.some((pair) => pair === null)) return json ?? text
  return Object.fromEntries(
    pairs.map((pair) => [pair?.[1] ?? '', parsedJson(pair?.[2] ?? '') ?? pair?.[2] ?? '']),
  ) as JsonObject
}

/** `--payload` with every `--override` over it; undefined where neither is given. */
export async function readPayload(
  { payload, override }: Pick<TriggerFlags, 'payload' | 'override'>,
  io: Pick<Io, 'readStdin'>,
): Promise<Json | undefined> {
  const given = payload === undefined ? undefined : parsePayload(await payloadText(payload, io), payload)
  return override.reduce<Json | undefined>((body, text) => merge(body, overridePatch(text)), given)
}

async function payloadText(payload: string, io: Pick<Io, 'readStdin'>): Promise<string> {
  if (payload === '-') return (await io.readStdin()).toString('utf8')
  if (!payload.startsWith('@')) return payload
  const file = payload.slice(1)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const text = `Failed to read --payload @${file}: ${fileReason(cause)}.`
    throw new MockError('input', 'UNREADABLE_PAYLOAD', text, { cause })
  }
}

function parsePayload(text: string, payload: string): Json {
  const source = payload === '-' ? 'stdin' : payload.startsWith('@') ? payload.slice(1) : 'it'
  let value: Json
  try {
    value = parseJson(text)
  } catch (error) {
    throw usageError(
      `Failed to read --payload: ${source} is not JSON (${(error as Error).message}).`,
      'Write JSON such as \'{"name":"value"}\', @FILE, or - for stdin.',
    )
  }
  refuseChangedNumber('--payload', text, source === 'it' ? '' : `${source}:`)
  return value
}

/** @throws MockError USAGE for a number that would not arrive as it is written */
function refuseChangedNumber(flag: string, json: string, source?: string): void {
  const changed = changedNumberIn(json)
  if (changed === undefined) return
  const place = source === undefined ? '' : `${source}${changed.line}:${changed.column}: `
  throw usageError(`Failed to read ${flag}: ${place}${numberReason(changed)}.`, numberHint(changed))
}

/** `note.status=OPEN` → `{note: {status: "OPEN"}}`. What is JSON is taken as JSON, anything else as text. */
function overridePatch(text: string): Json {
  const at = text.indexOf('=')
  if (at < 1)
    throw usageError(
      `Failed to read --override: "${text}" is not path=value.`,
      'Write it as note.status=OPEN.',
    )
  const value = parsedJson(text.slice(at + 1))
  if (value !== undefined) refuseChangedNumber(`--override ${text.slice(0, at)}`, text.slice(at + 1))
  return setAt(undefined, pathSteps(text.slice(0, at)), value ?? text.slice(at + 1))
}

/** Steps are divided by dots; a dot that belongs to a name is written `\.`. */
export function pathSteps(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
}

export const triggerFlags = {
  payload: value('--payload <json>', 'merged over the sample: JSON, @FILE, or - for stdin', text),
  override: list('--override <path=value>', 'one field, such as note.status=OPEN', text, 'lines'),
  remove: list('--remove <path>', 'leave a field out', text),
  raw: toggle('--raw', "send it even where it breaks the event's contract"),
  count: value('--count <n>', 'how many events', count(1, 10_000), 1),
  account: value(
    '--account <name>',
    'whose event it is, or * for every account (default: the first account)',
    text,
  ),
  id: value('--id <id>', "the event's id, in the provider's format", text),
  wait: value(
    '--wait <duration>',
    'wait until the deliveries are settled, and fail if one did not succeed',
    duration,
  ),
  server: serverFlag,
  to: value('--to <url>', 'send one signed request there, without a mock', receiverUrl),
  secret: value('--secret <secret>', 'with --to: what it is signed with', text),
  fault: list(
    '--fault <name[:parameters]>',
    'what goes wrong with it: duplicate, delay:30s, duplicate:copies=3,at=once …',
    deliveryFault,
    'lines',
  ),
  header: list('--header <k:v>', 'with --to: a header to add or replace', header, 'lines'),
  spec: specFlag,
  format: formatFlag,
}

export type TriggerFlags = Values<typeof triggerFlags>
