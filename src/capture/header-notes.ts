import type { HeaderLines } from '../core/attempt.ts'
import { headerOf } from '../receiver/received-delivery.ts'
import { schemesOf } from '../receiver/signature-verdict.ts'
import type { EventType, Provider } from '../spec/provider.ts'

/** Of the connection, of proxies and of tracing: nobody declares them. */
const EVERYDAYS = [
  /^(?:accept|accept-.*|cache-control|connection|content-length|content-type|cookie|date|expect|forwarded)$/,
  /^(?:host|keep-alive|pragma|te|transfer-encoding|upgrade|user-agent|via|priority|sec-.*)$/,
  /^(?:x-forwarded-.*|x-real-ip|x-request-id|cf-.*|cdn-loop|true-client-ip|x-amz.*|fly-.*|ngrok-.*)$/,
  /^(?:traceparent|tracestate|baggage|sentry-trace|x-b3-.*|b3|x-datadog-.*|newrelic|x-cloud-trace-context)$/,
]

/** What is to be said of headers that no contract judges: undeclared ones, and fixed ones with another value. */
export function headerNotes(
  provider: Pick<Provider, 'delivery' | 'signature'>,
  type: EventType,
  headers: HeaderLines,
): readonly string[] {
  const fixed = Object.entries(provider.delivery.headers)
  const signing = schemesOf(provider, type).flatMap((scheme) =>
    'headers' in scheme ? Object.keys(scheme.headers) : scheme.scheme === 'basic' ? ['authorization'] : [],
  )
  const known = new Set(
    [...type.headers.map(({ name }) => name), ...fixed.map(([name]) => name), ...signing].map((name) =>
      name.toLowerCase(),
    ),
  )
  const others = headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => !known.has(name) && !EVERYDAYS.some((pattern) => pattern.test(name)))
  const changed = fixed.flatMap(([name, value]) => {
    const arrived = headerOf(headers, name)
    if (arrived === undefined) return [`The document has ${name} as "${value}"; it did not arrive.`]
    return arrived === value ? [] : [`The document has ${name} as "${value}"; "${arrived}" arrived.`]
  })
  const undeclared =
    others.length === 0 ? [] : [`Headers that are not declared: ${[...new Set(others)].join(', ')}.`]
  return [...changed, ...undeclared]
}
