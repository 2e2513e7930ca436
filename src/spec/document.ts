import { readFile } from 'node:fs/promises'
import type { LineCounter, Document as YamlDocument } from 'yaml'
import { type Location, MockError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Located } from './problem.ts'
import { throwAll } from './problem.ts'
import { followReferences } from './references.ts'
import { looseAlias, startOf } from './yaml-position.ts'

/** A YAML (or JSON) file as it is written, before anything in it is judged. */
export interface Document extends Located {
  readonly file: string
  readonly value: JsonObject
  /** File, line and column of what a JSON pointer names, through local `$ref`s; of the nearest parent where it is absent. */
  readonly locate: (pointer: string) => Location
}

/**
 * Reads YAML 1.2 strictly: a duplicate key, an unknown tag or an alias without anchor is an error.
 * @throws MockError of kind input, with file, line and column, for a file that cannot be read or parsed
 */
export async function readDocument(file: string, what = 'the provider document'): Promise<Document> {
  return parseYaml(file, await readText(file, what), what, isJsonObject, 'an object')
}

/** As {@link readDocument}, for a file that holds a list. */
export async function readList(
  file: string,
  what: string,
): Promise<Located & { readonly value: readonly Json[] }> {
  return parseYaml(file, await readText(file, what), what, isList, 'a list')
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const reason = READ_REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? NO_TEXT
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to load ${what}: ${reason}.`, {
      hint: reason === NO_TEXT ? 'Save it as UTF-8.' : 'Name an existing YAML or JSON file.',
      location: { file },
      cause,
    })
  }
}

const NO_TEXT = 'it cannot be read as UTF-8 text'
const READ_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
}

async function parseYaml<Value extends Json>(
  file: string,
  text: string,
  what: string,
  fits: (value: Json) => value is Value,
  shape: string,
) {
  const { LineCounter, parseDocument, visit } = await import('yaml')
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  throwAll(
    [...yaml.errors, ...yaml.warnings].map(
      (error) =>
        new MockError('input', 'BAD_YAML', `Failed to load ${what}: ${yamlReason(error, text)}.`, {
          location: { file, ...positionAt(lines, error.pos[0]) },
        }),
    ),
  )
  const value = toJson(yaml, what, () => ({ file, ...positionAt(lines, looseAlias(yaml, visit)) }))
  if (!fits(value))
    throw new MockError('input', 'BAD_YAML', `Failed to load ${what}: it does not hold ${shape}.`, {
      location: { file },
    })
  const locate = (pointer: string): Location => {
    const real = followReferences(value, pointer)
    const position = positionAt(lines, startOf(yaml, real))
    return { file, ...position, ...(real === '' ? {} : { pointer: real }) }
  }
  return { file, what, value, locate }
}

function toJson(yaml: YamlDocument, what: string, where: () => Location): Json {
  try {
    return yaml.toJS() as Json
  } catch (cause) {
    const reason = yamlReason(cause as Error)
    throw new MockError('input', 'BAD_YAML', `Failed to load ${what}: ${reason}.`, {
      location: where(),
      cause,
    })
  }
}

/** What the parser says to programmers, as people who wrote the file would put it. */
const YAML_REASONS: readonly (readonly [said: RegExp, reason: string | ((key: string) => string)])[] = [
  [/^Map keys must be unique/, (key) => `the key ${key} stands there twice`],
  [/multiple documents/, 'it holds several documents, and "---" begins another one'],
  [/^Maximum call stack/, 'it is nested too deeply'],
  [/^Excessive alias count/, 'its aliases stand for more than anybody could read'],
]

function yamlReason(
  { message, pos }: Error & { readonly pos?: readonly [number, number] },
  text = '',
): string {
  const known = YAML_REASONS.find(([said]) => said.test(message))?.[1]
  if (typeof known === 'string') return known
  const [, key] = /^(".+?"|'.+?'|[^:\s]+)\s*:/.exec(text.slice(pos?.[0])) ?? []
  if (known !== undefined && key !== undefined) return known(/^["']/.test(key) ? key : `"${key}"`)
  const first = message.replace(/\s+/g, ' ').replace(/[.:]?$/, '')
  return first.charAt(0).toLowerCase() + first.slice(1)
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
