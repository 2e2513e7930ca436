import { rootCertificates } from 'node:tls'

export interface TrustSettings {
  /** Certificates (PEM) that receivers may be signed by, beside the usual ones. */
  readonly ca?: string | undefined
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined
}

/** Which certificates a secure connection accepts, in the words of node:tls. */
export function trustOptions({ ca, insecure = false }: TrustSettings): {
  readonly ca?: string[]
  readonly rejectUnauthorized: boolean
} {
  return { ...(ca !== undefined && { ca: [...rootCertificates, ca] }), rejectUnauthorized: !insecure }
}
