import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { MockError } from '../../../core/errors.ts'
import { usageError } from '../../flags.ts'

const SCENARIO = /\.ya?ml$/i

const SCHEMA = /\.schema\.ya?ml$/i

/** Folders that hold nobody's scenarios. */
const LEFT_OUT = /(^|[\\/])(node_modules|\.[^\\/]+)([\\/]|$)/

/** What is looked for, in the words of its messages. */
export interface Kind {
  readonly one: string
  readonly hint: string
}

const SCENARIOS: Kind = {
  one: 'the scenario',
  hint: 'Name scenario files, or folders with scenario files.',
}

/**
 * The scenario files that are named, and those below the folders that are named, each once, in the order of the command
 * line and within a folder by name.
 *
 * @throws MockError (input) for a path that is not there, and for a folder without scenarios.
 */
export async function scenarioFiles(
  paths: readonly string[],
  cwd = process.cwd(),
  kind: Kind = SCENARIOS,
): Promise<readonly string[]> {
  if (paths.length === 0)
    throw usageError(
      'Failed to read the command line: no scenario is named.',
      'Name scenario files or folders: hookproof run scenarios/',
    )
  const found = new Map<string, string>()
  for (const path of paths)
    for (const file of await filesAt(shownPath(path, cwd), cwd, kind)) {
      const key = resolve(cwd, file)
      if (!found.has(key)) found.set(key, file)
    }
  return [...found.values()]
}

async function filesAt(path: string, cwd: string, { one, hint }: Kind): Promise<readonly string[]> {
  const full = resolve(cwd, path)
  const facts = await stat(full).catch((cause: NodeJS.ErrnoException) => {
    throw new MockError('input', 'NO_SCENARIO', `Failed to find ${one}: ${reason(cause)}.`, {
      hint,
      location: { file: path },
      cause,
    })
  })
  if (!facts.isDirectory()) return [path]
  const names = await readdir(full, { recursive: true })
  const files = names
    .filter((name) => SCENARIO.test(name) && !SCHEMA.test(name) && !LEFT_OUT.test(name))
    .sort()
  if (files.length > 0) return files.map((name) => join(path, name))
  throw new MockError('input', 'NO_SCENARIO', `Failed to find ${one}: the folder holds no .yaml file.`, {
    hint,
    location: { file: path },
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'reading it is not allowed',
  ELOOP: 'its links lead in a circle',
}

function reason(cause: NodeJS.ErrnoException): string {
  return REASONS[cause.code ?? ''] ?? cause.message
}

/** As a person below the working folder would write it, so that reports and annotations fit the repository. */
function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path
  const below = relative(cwd, path)
  return below !== '' && !below.startsWith('..') && !isAbsolute(below) ? below : path
}
