import { readFile } from 'node:fs/promises'
import { MockError } from './core/errors.ts'
import { fileReason } from './core/file-reason.ts'
import type { DeliveryParts } from './delivery/delivery-parts.ts'
import { createEgress, type Egress } from './delivery/egress.ts'
import { createTlsCheck, type TlsCheck } from './delivery/tls-check.ts'
import type { MockOptions } from './mock-options.ts'

export interface Reach {
  readonly egress: Egress
  readonly tlsCheck: TlsCheck
  readonly exchange: NonNullable<DeliveryParts['exchange']>
}

/** Where deliveries may go, and how. @throws MockError (input) for a host, a mapping or a file that cannot be read. */
export async function reachOf(options: MockOptions): Promise<Reach> {
  const { allowHosts = [], forward = [], register = [], ca, insecure = false, attemptTimeoutMs } = options
  const trusted = register.map(({ url }) => url)
  const egress = createEgress({ allowHosts, forward, trusted }, options.resolve)
  const trust = { ...(ca !== undefined && { ca: await readCertificates(ca) }), insecure }
  return {
    egress,
    tlsCheck: createTlsCheck(egress, trust),
    exchange: { ...trust, ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }) },
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
