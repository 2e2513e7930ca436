import type { JsonObject } from '../../core/json.ts'
import { ANYTHING, DURATION, described, HEADERS, object, TEXT } from '../file/schema-parts.ts'
import { waitIssues } from '../file/value-issues.ts'
import { ask, type Question, REQUEST_TIMEOUT_MS } from '../run/ask.ts'
import { resolveReferences } from '../run/context.ts'
import { ANSWERING, type Answering, answered, answerNames, readAnswering } from './answering.ts'
import { readDuration, readStrings, type StepDefinition } from './step.ts'

export const request: StepDefinition<Question & Answering> = {
  about: "makes any HTTP request, for instance to one's own program",
  example: { url: '$receiver.origin/orders', method: 'GET' },
  schema: object(
    'A request.',
    {
      url: described('Where to.', TEXT),
      method: described('Its method. Default: GET, or POST with a body.', TEXT),
      headers: described('Header lines.', HEADERS),
      body: described('A string as it is, anything else as JSON.', ANYTHING),
      timeout: described('How long at most. Default: 10s.', DURATION),
    },
    ['url'],
  ),
  beside: ANSWERING,
  read(value, step) {
    const { url, method, headers, body, timeout } = value as JsonObject
    return {
      url: String(url),
      method: String(method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase(),
      headers: readStrings(headers),
      ...(body !== undefined && { body }),
      timeoutMs: readDuration(timeout, REQUEST_TIMEOUT_MS),
      ...readAnswering(step),
    }
  },
  check: ({ timeoutMs }, { at }) => waitIssues(timeoutMs, `${at}/timeout`),
  names: answerNames,
  describe: ({ method, url }) => `${method} ${url}`,
  async run(context, { expect, capture, ...question }, as) {
    return answered(
      context,
      { expect, capture },
      as,
      await ask(resolveReferences(context, question), context),
    )
  },
}
