import { parseDuration } from '../../core/duration.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Expectation } from '../scenario.ts'

type Said = JsonObject

/** What each word of an expectation leaves; its form has been judged before. */
const READERS: Readonly<Record<string, (said: Said) => Expectation>> = {
  delivery: ({ of, to, delays, ...rest }) =>
    ({
      kind: 'delivery',
      of: of ?? null,
      to: to ?? null,
      ...rest,
      ...(delays !== undefined && { delays: (delays as string[]).map((one) => parseDuration(one)) }),
    }) as Expectation,
  received: ({ of, to, ...rest }) =>
    ({ kind: 'received', of: of ?? null, to: to ?? null, ...rest }) as Expectation,
  requests: ({ operation, apart, ...rest }) =>
    ({
      kind: 'requests',
      operation: operation ?? null,
      ...rest,
      ...(apart !== undefined && { apart: parseDuration(apart as string) }),
    }) as Expectation,
  violations: ({ by, ...rest }) => ({ kind: 'violations', by: by ?? null, ...rest }) as Expectation,
  answer: (said) => ({ kind: 'answer', ...said }) as unknown as Expectation,
  webhook: ({ name, ...rest }) => ({ kind: 'webhook', webhook: name, ...rest }) as unknown as Expectation,
}

/** `{delivery: {…}}` → an expectation. A number alone is how many. */
export function readExpectation(word: string, said: Json): Expectation {
  const read = READERS[word]
  if (read === undefined) throw new Error(`no expectation ${word}`)
  return read(isJsonObject(said) ? said : { count: said })
}
