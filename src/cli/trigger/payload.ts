import { readFile } from 'node:fs/promises'
import { MockError } from '../../core/errors.ts'
import { fileReason } from '../../core/file-reason.ts'
import type { Json } from '../../core/json.ts'
import { merge, setAt } from '../../core/merge.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import type { TriggerFlags } from './trigger-flags.ts'

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
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    const source = payload === '-' ? 'stdin' : payload.startsWith('@') ? payload.slice(1) : 'it'
    throw usageError(
      `Failed to read --payload: ${source} is not JSON (${(error as Error).message}).`,
      'Write JSON such as \'{"name":"value"}\', @FILE, or - for stdin.',
    )
  }
}

/** `note.status=OPEN` → `{note: {status: "OPEN"}}`. What is JSON is taken as JSON, anything else as text. */
export function overridePatch(text: string): Json {
  const at = text.indexOf('=')
  if (at < 1)
    throw usageError(
      `Failed to read --override: "${text}" is not path=value.`,
      'Write it as note.status=OPEN.',
    )
  const value = text.slice(at + 1)
  return setAt(undefined, pathSteps(text.slice(0, at)), parseValue(value))
}

/** Steps are divided by dots; a dot that belongs to a name is written `\.`. */
export function pathSteps(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
