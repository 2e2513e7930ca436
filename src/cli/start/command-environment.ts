import type { Mock } from '../../mock.ts'

export interface CommandEnvironment {
  readonly env: Readonly<Record<string, string>>
  /** `{port}` is filled in. */
  readonly command: readonly string[]
}

/**
 * What the command after `--` learns of the mock: HOOKPROOF_URL and HOOKPROOF_<PROVIDER>_URL, and where `--forward-to`
 * names it as the receiver, PORT, the secret, and HOOKPROOF_<PROVIDER>_SECRET for each webhook.
 */
export function commandEnvironment(
  mock: Pick<Mock, 'origin' | 'url' | 'providers' | 'registered'>,
  command: readonly string[],
  { receiverUrl, secretEnv }: { readonly receiverUrl: string | undefined; readonly secretEnv: string },
): CommandEnvironment {
  const urls = mock.providers.map(({ id }) => [`HOOKPROOF_${shout(id)}_URL`, mock.url(id)])
  const secrets = mock.registered.map(({ provider, secret }) => [
    `HOOKPROOF_${shout(provider)}_SECRET`,
    secret,
  ])
  const first = mock.registered[0]
  const port = receiverUrl === undefined ? undefined : portOf(receiverUrl)
  return {
    env: Object.fromEntries([
      ['HOOKPROOF_URL', mock.origin],
      ...urls,
      ...secrets,
      ...(port === undefined ? [] : [['PORT', port]]),
      ...(first === undefined ? [] : [[secretEnv, first.secret]]),
    ]),
    command: port === undefined ? command : command.map((word) => word.replaceAll('{port}', port)),
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

function portOf(url: string): string {
  const { port, protocol } = new URL(url)
  return port === '' ? (DEFAULT_PORTS[protocol] ?? '80') : port
}

function shout(id: string): string {
  return id.replaceAll('-', '_').toUpperCase()
}
