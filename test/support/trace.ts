import { expect } from 'vitest'

/** The mock's own vocabulary: what no provider would say to its clients or to a receiver. */
const OWN_WORDS =
  /hookproof|\bmock\b|--[a-z]{2}|allow-host|\bblocked\b|\binterrupted\b|loopback|stopping|x-mock|error row|20,000|1,000 levels|would become|no readable|_mock|the document/gi

/** Nothing of a message shows that it comes from a mock. */
export function expectNoTrace(message: { readonly headers: unknown; readonly body: unknown }): void {
  const text = JSON.stringify(message)
  expect(text.match(OWN_WORDS) ?? [], text.slice(0, 2_000)).toEqual([])
}
