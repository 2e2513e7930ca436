import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import { findOperation } from '../../spec/names.ts'
import type { Operation } from '../../spec/provider.ts'
import {
  ANYTHING,
  BOOLEAN,
  DURATION,
  described,
  HEADERS,
  object,
  TARGET,
  TEXT,
} from '../file/schema-parts.ts'
import { waitIssues } from '../file/value-issues.ts'
import { callOperation, type OperationCall, REQUEST_TIMEOUT_MS } from '../run/ask.ts'
import { resolveReferences } from '../run/context.ts'
import { ANSWERING, type Answering, answered, answerNames, readAnswering } from './answering.ts'
import { asMembers, readDuration, readStrings, type StepDefinition } from './step.ts'

export type Call = OperationCall &
  Answering & {
    readonly path: JsonObject
    readonly query: JsonObject
    readonly headers: Readonly<Record<string, string>>
    readonly anonymous: boolean
    readonly timeoutMs: number
  }

export const call: StepDefinition<Call> = {
  about: "calls an operation of the provider's API as an account does",
  example: { operation: 'listWebhooks' },
  schema: {
    anyOf: [
      TEXT,
      object(
        'A call.',
        {
          operation: described('Id of the operation.', TEXT),
          path: described('Path parameters by name.', { type: 'object' }),
          query: described('Query parameters by name.', { type: 'object' }),
          headers: described('More header lines.', HEADERS),
          body: described('Sent as JSON, or as a form where the operation takes one.', ANYTHING),
          timeout: described('How long at most. Default: 10s.', DURATION),
          anonymous: described('Without credentials.', BOOLEAN),
          ...TARGET,
        },
        ['operation'],
      ),
    ],
  },
  beside: ANSWERING,
  read(value, step) {
    const { headers, timeout, ...rest } = asMembers(value, 'operation')
    return {
      path: {},
      query: {},
      anonymous: false,
      ...(rest as unknown as OperationCall),
      headers: readStrings(headers),
      timeoutMs: readDuration(timeout, REQUEST_TIMEOUT_MS),
      ...readAnswering(step),
    }
  },
  check(step, { providers, at }) {
    const operation = findOperation(providers.find(step.provider)?.operations ?? [], step.operation)
    return [
      ...waitIssues(step.timeoutMs, `${at}/timeout`),
      ...providers.checkTarget(step, at),
      ...providers.checkName(step, 'operation', step.operation, at),
      ...(operation === undefined ? [] : parameterIssues(step, operation, at)),
    ]
  },
  names: answerNames,
  describe: ({ operation, account }) => `call ${operation}${account === undefined ? '' : ` as ${account}`}`,
  async run(context, { expect, capture, ...asked }, as) {
    return answered(
      context,
      { expect, capture },
      as,
      await callOperation(context, resolveReferences(context, asked)),
    )
  },
}

/** Path parameters that the operation does not have, and those that it has and the call leaves out. */
function parameterIssues({ path }: Pick<Call, 'path'>, operation: Operation, at: string): readonly Issue[] {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const unknown = Object.keys(path).filter((name) => !names.includes(name))
  const missing = names.filter((name) => path[name] === undefined)
  const without = 'Its path has none; what follows the question mark stands under "query".'
  return [
    ...unknown.map((name) =>
      issue(
        `${at}/path/${name}`,
        `${operation.id} has no path parameter "${name}"`,
        names.length === 0 ? without : suggestion(name, names),
      ),
    ),
    ...(unknown.length > 0 ? [] : missing).map((name) =>
      issue(at, `${operation.id} lacks its path parameter "${name}"`, `Add path: { ${name}: … }.`),
    ),
  ]
}
