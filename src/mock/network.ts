import { readFile } from 'node:fs/promises'
import { fileReason, MockError } from '../core/errors.ts'
import type { DeliveryContext } from '../delivery/context.ts'
import { createEgress, type Egress, type EgressSettings } from '../delivery/egress.ts'
import { createTlsCheck, type TlsCheck } from '../delivery/tls-check.ts'
import type { MockOptions } from './options.ts'

/** How deliveries leave the mock. */
export interface NetworkSettings {
  readonly egress: Egress
  readonly tlsCheck: TlsCheck
  readonly http: NonNullable<DeliveryContext['http']>
}

/** Where deliveries may go, and how. @throws MockError (input) for a host, a mapping or a file that cannot be read. */
export async function networkSettings(
  options: MockOptions,
  isOwn: NonNullable<EgressSettings['isOwn']>,
): Promise<NetworkSettings> {
  const { allowHosts = [], forward = [], register = [], ca, insecure = false, attemptTimeoutMs } = options
  const trusted = register.map(({ url }) => url)
  const egress = createEgress({ allowHosts, forward, trusted, isOwn }, options.resolve)
  const trust = { ...(ca !== undefined && { ca: await readCertificates(ca) }), insecure }
  return {
    egress,
    tlsCheck: createTlsCheck(egress, trust, options.strictUrls),
    http: { ...trust, ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }) },
  }
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new MockError(
      'input',
      'BAD_CA',
      `Failed to read the certificates in ${file}: ${fileReason(cause)}.`,
      {
        hint: 'Name a PEM file with --ca.',
        cause,
      },
    )
  }
}
