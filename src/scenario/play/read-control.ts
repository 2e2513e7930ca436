import { MockError } from '../../core/errors.ts'

/** Asks the control API of a mock. @throws MockError (fault): the mock is ours, and so is what it answers. */
export async function readControl<T>(
  origin: string,
  path: string,
  { method = 'GET' }: { readonly method?: 'GET' | 'POST' } = {},
): Promise<T> {
  const { request } = await import('undici')
  const { statusCode, body } = await request(`${origin}/_mock${path}`, { method, reset: true })
  const text = await body.text()
  if (statusCode < 300) return JSON.parse(text) as T
  const what = `Failed to ask the mock for ${method} ${path}: it answered ${statusCode}.`
  throw new MockError('fault', 'CONTROL_FAILED', `${what} ${text}`)
}
