import { MockError } from '../core/errors.ts'
import { parseUrl } from '../core/parse-url.ts'

/** The address of a receiver that somebody named. */
export function trustedOrigin(text: string): URL {
  const url = parseUrl(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new MockError(
    'input',
    'BAD_URL',
    `Failed to read the receiver's address: "${text}" is no http or https URL.`,
    {
      hint: 'Write it as http://127.0.0.1:3000/webhooks.',
    },
  )
}
