import { inUrl } from './address.ts'
import { shorten, visible } from './text.ts'

/** The exit codes of every command: by its result, or by the kind of the error that stopped it. */
export const EXIT_CODES = {
  passed: 0,
  /** A contract, a scenario or a check failed. */
  failed: 1,
  input: 2,
  environment: 3,
  fault: 5,
  interrupted: 130,
} as const

/** What an error is about: the user's input, the machine, or a bug in hookproof. */
export type ErrorKind = 'input' | 'environment' | 'fault'

/** Messages quote what people wrote, which may be a whole file. In characters. */
const LONGEST_SUMMARY = 4_000

const LONGEST_POINTER = 500

/** Where in a file something is wrong. */
export interface Location {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly pointer?: string
}

export interface MockErrorDetails {
  /** What to do next, as a full sentence. */
  readonly hint?: string
  readonly location?: Location
  readonly cause?: unknown
}

/**
 * An error that is reported to the user: what failed, where, why, and what to do next.
 * Never used for an imitated provider's own error answers, nor for what the network did.
 *
 * @example throw new MockError('input', 'PORT_BUSY', 'Failed to listen on 4010: …', { hint: 'Choose another with --port.' })
 */
export class MockError extends Error {
  override readonly name = 'MockError'
  readonly kind: ErrorKind
  readonly code: string
  /** What failed and why, without the place and the hint, which `message` has too. */
  readonly summary: string
  readonly hint: string | undefined
  readonly location: Location | undefined

  constructor(kind: ErrorKind, code: string, summary: string, details: MockErrorDetails = {}) {
    const short = shorten(summary, LONGEST_SUMMARY)
    super(wholeMessage(short, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.code = code
    this.summary = short
    this.hint = details.hint
    this.location = details.location
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind]
  }
}

/** Test runners show the message alone: `openapi/acme.yaml:14:3 #/x-mock-signatur: unknown keyword. Did you mean …?` */
function wholeMessage(summary: string, { location, hint }: MockErrorDetails): string {
  const place = location === undefined ? '' : `${describeLocation(location)}: `
  return `${place}${summary}${hint === undefined ? '' : ` ${hint}`}`
}

export function describeLocation({ file, line, column, pointer }: Location): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(':')
  // Of names with a line break in them, the rest would look like a line of ours.
  return visible(pointer === undefined ? position : `${position} #${shorten(pointer, LONGEST_POINTER)}`)
}

/**
 * What was thrown, as it is reported. Only what a user wrote is nested so deeply that a program which walks it runs out
 * of stack, or so large that no string can have it, so that is no bug; nor is it one that no more files can be opened,
 * or that the folder is gone.
 */
export function reported(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error instanceof RangeError && /^Maximum call stack/.test(error.message))
    return new MockError(
      'input',
      'TOO_DEEP',
      'Failed to go on: something in the input is nested too deeply.',
      { hint: 'Nest it less: 200 levels are always possible.', cause: error },
    )
  const code = 'code' in error ? error.code : undefined
  if (code === 'EMFILE' || code === 'ENFILE')
    return new MockError('environment', 'TOO_MANY_FILES', `Failed to go on: ${error.message}.`, {
      hint: 'Raise the limit of open files, as with ulimit -n 1024.',
      cause: error,
    })
  if ('syscall' in error && error.syscall === 'uv_cwd')
    return new MockError('environment', 'NO_FOLDER', 'Failed to go on: the working folder was removed.', {
      hint: 'Start in another one.',
      cause: error,
    })
  if (code !== 'ERR_STRING_TOO_LONG' && error.message !== 'Invalid string length') return error
  return new MockError('input', 'TOO_LARGE', 'Failed to go on: something in the input is too large.', {
    hint: 'Make it smaller: 100 MiB are always possible.',
    cause: error,
  })
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'it may not be read',
}

/** Why a file could not be read, as the end of a sentence. */
export function fileReason(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException
  return FILE_REASONS[code] ?? message
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'it needs rights that this user does not have',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
}

/** Why nothing could be served at an address, where `--host` and `--port` say which it is. */
export function listenError(cause: NodeJS.ErrnoException, host: string, port: number): MockError {
  const { code = '', message } = cause
  const text = `Failed to listen on ${inUrl(host)}:${port}: ${LISTEN_REASONS[code] ?? message}.`
  if (code === 'EADDRINUSE')
    return new MockError('environment', 'PORT_BUSY', text, {
      cause,
      hint: 'Stop what is running there, or choose another port with --port (0 takes any free one).',
    })
  const hint = code === 'EACCES' ? 'Choose a port from 1024 on with --port.' : 'Check --host and --port.'
  return new MockError('environment', 'CANNOT_LISTEN', text, { cause, hint })
}
