import { expect } from 'vitest'

/** The mock's own vocabulary: what no provider would say to its clients or to a receiver. */
const OWN_WORDS =
  /hookproof|\bmock\b|--[a-z]{2}|allow-host|\bblocked\b|\binterrupted\b|loopback|stopping|x-mock|error row|20,000|1,000 levels|would become|no readable|_mock|the document/gi

/** What Node, V8 and zlib say of a body that they cannot read. */
const RUNTIME_WORDS =
  /JSON at position|JSON input|unexpected (end|token|non-)|expected (property|double|',')|encoded data|incorrect (header|data)|decompress|brotli|content encoding|invalid (stored|block|distance)/gi

/** Nothing of a message shows that it comes from a mock. */
export function expectNoTrace(message: { readonly headers: unknown; readonly body: unknown }): void {
  const text = JSON.stringify(message)
  const found = [OWN_WORDS, RUNTIME_WORDS].flatMap((words) => text.match(words) ?? [])
  expect(found, text.slice(0, 2_000)).toEqual([])
}
