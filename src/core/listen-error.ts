import { MockError } from './errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'it needs rights that this user does not have',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
}

/** Why nothing could be served at an address, where `--host` and `--port` say which it is. */
export function listenError(cause: NodeJS.ErrnoException, host: string, port: number): MockError {
  const { code = '', message } = cause
  const text = `Failed to listen on ${inUrl(host)}:${port}: ${REASONS[code] ?? message}.`
  if (code === 'EADDRINUSE')
    return new MockError('environment', 'PORT_BUSY', text, {
      cause,
      hint: 'Stop what is running there, or choose another port with --port (0 takes any free one).',
    })
  const hint = code === 'EACCES' ? 'Choose a port from 1024 on with --port.' : 'Check --host and --port.'
  return new MockError('environment', 'CANNOT_LISTEN', text, { cause, hint })
}

export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
