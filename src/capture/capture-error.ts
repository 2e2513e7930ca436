import { MockError } from '../core/errors.ts'

/** A file that is no capture, or none that its bytes could be told from. */
export function captureError(reason: string, hint: string): MockError {
  return new MockError('input', 'UNREADABLE_CAPTURE', `Failed to read the captured request: ${reason}.`, {
    hint,
  })
}

export function parsedBody(): MockError {
  return captureError(
    'its body was parsed, so the bytes that were signed are gone',
    'Keep the raw body, before anything parses it.',
  )
}

export const FORMS =
  'A capture is a raw HTTP request, JSON with method, url, headers and body, or a HAR file.'
