import { basename } from 'node:path'
import { MockError } from '../core/errors.ts'
import { shellWord } from '../core/text.ts'

const ELSEWHERE = 'Choose another file with --db, or keep nothing with --memory.'

/** Why a file operation failed, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reports an error',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there',
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** `no space is left on the device (ENOSPC)`. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const reason = code === undefined ? undefined : REASONS[code]
  if (reason !== undefined) return `${reason} (${code})`
  return error instanceof Error ? error.message : String(error)
}

/** Something else stands where the state is to be kept. */
export function notAFile(file: string, kind: string): MockError {
  const message = `Failed to open the state in ${file}: it is a ${kind}, not a file.`
  return new MockError('environment', 'STATE_UNUSABLE', message, { hint: ELSEWHERE })
}

export function openFailed(file: string, cause: unknown): MockError {
  const message = `Failed to open the state in ${file}: ${reasonOf(cause)}.`
  return new MockError('environment', 'STATE_UNUSABLE', message, { hint: ELSEWHERE, cause })
}

export function keepFailed(file: string, cause: unknown): MockError {
  const message = `Failed to keep the state in ${file}: ${reasonOf(cause)}.`
  const hint =
    'Nothing of this change was kept. Make room or access there and try again, or choose another file with --db.'
  return new MockError('environment', 'STATE_UNWRITABLE', message, { hint, cause })
}

/** The reason where a snapshot has no byte. */
export const EMPTY = 'the file is empty'

/** What is wrong with a state, and what of it could be saved; empty where nothing. */
export function damaged(
  { file, line, reason }: { readonly file: string; readonly line: number; readonly reason: string },
  { kept, aside, state }: { readonly kept: string; readonly aside: string; readonly state: string },
): MockError {
  const path = shellWord(state)
  const lines = [
    `Nothing was changed${kept === '' ? ', and there is nothing to save' : ''}. Choose one:`,
    ...(kept === '' ? [] : [`  --repair goes on with ${kept}, and copies the files to ${basename(aside)}`]),
    ...(kept === '' && reason === EMPTY ? [`  rm ${path} if it was made in advance, as by mktemp`] : []),
    `  mkdir damaged && mv ${path}* damaged/`,
    '  --reset begins anew',
  ]
  return new MockError('environment', 'STATE_DAMAGED', `Failed to read the state: ${reason}.`, {
    hint: lines.join('\n'),
    location: { file, line },
  })
}

export function locked(file: string, holder: string): MockError {
  return new MockError(
    'environment',
    'STATE_LOCKED',
    `Failed to open the state in ${file}: ${holder} is using it.`,
    {
      hint: 'Stop that one, choose another file with --db, or keep nothing with --memory.',
    },
  )
}

export function lockLost(file: string): MockError {
  const message = `Failed to keep the state in ${file}: its lock was lost to another process.`
  const hint = 'Nothing of this change was kept. Stop one of the two and start again.'
  return new MockError('environment', 'STATE_LOCK_LOST', message, { hint })
}

export function closed(): MockError {
  const hint = 'Start a new one.'
  return new MockError('environment', 'STATE_CLOSED', 'Failed to keep a change: the mock is closed.', {
    hint,
  })
}
