import { MockError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import type { Answer } from '../expectations/facts.ts'
import { filled, type Play, providerOf } from '../play/play.ts'
import type { Step } from '../scenario.ts'
import { answered } from './answered.ts'
import { ask } from './ask.ts'

type CallStep = Extract<Step, { kind: 'call' }>

/** Calls an operation over HTTP, as an account's client does. */
export async function call(play: Play, step: CallStep) {
  return answered(
    play,
    step,
    await callOperation(play, filled(play, { ...step, expect: null, at: null, title: null })),
  )
}

export type OperationCall = Pick<CallStep, 'operation' | 'provider' | 'account'> &
  Partial<Pick<CallStep, 'path' | 'query' | 'headers' | 'body' | 'anonymous' | 'timeoutMs'>>

const TEN_SECONDS = 10_000

export async function callOperation(play: Play, asked: OperationCall): Promise<Answer> {
  const { mock } = play.stage
  const id = providerOf(play, asked)
  const provider = providerNamed(play, id)
  const operation = provider.operations.find((one) => one.id === asked.operation)
  if (operation === undefined)
    throw new MockError(
      'input',
      'UNKNOWN_OPERATION',
      `Failed to call "${asked.operation}": ${id} has no such operation.`,
      {
        hint: suggestion(
          asked.operation,
          provider.operations.map((one) => one.id),
        ),
      },
    )
  const credentials = asked.anonymous === true ? {} : await mock.credentials(id, asked.account)
  const query = new URLSearchParams(texts(asked.query ?? {}))
  return ask(
    {
      method: operation.method,
      url: `${mock.url(id)}${pathOf(operation, asked.path ?? {})}${query.size > 0 ? `?${query}` : ''}`,
      headers: { ...credentials, ...asked.headers },
      ...(asked.body !== undefined && { body: asked.body }),
      timeoutMs: asked.timeoutMs ?? TEN_SECONDS,
    },
    play,
  )
}

export function providerNamed({ stage }: Play, id: string): Provider {
  const found = stage.mock.providers.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no provider ${id}`)
  return found
}

function pathOf(operation: Operation, values: JsonObject): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value !== undefined) return encodeURIComponent(text(value))
    throw new MockError(
      'input',
      'MISSING_PARAMETER',
      `Failed to call ${operation.id}: its path has no "${name}".`,
      { hint: `Give it: path: { ${name}: … }.` },
    )
  })
}

function texts(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
