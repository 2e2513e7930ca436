import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { parse } from 'yaml'
import { headerOf } from '../../src/core/headers.ts'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type ApiAnswer, type ApiOptions, callApi } from './api-call.ts'

/** A part of an OpenAPI document, as far as the tests read it. */
export interface OpenApi {
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly webhooks: Readonly<Record<string, unknown>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly securitySchemes: Readonly<Record<string, Json>>
  }
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}

export interface OpenApiOperation {
  readonly operationId: string
  readonly description?: string
  readonly parameters?: readonly Json[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly responses: Readonly<Record<string, unknown>>
}

export interface Schema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** The OpenAPI document of a provider, as it is written. */
export function openApiOf(provider: string): OpenApi {
  return parse(readFileSync(new URL(`../../openapi/${provider}.yaml`, import.meta.url), 'utf8'))
}

/** What the tests of a file share: one provider on a virtual clock, reset after each test, and receivers. */
export interface SourceMock {
  readonly mock: Mock
  call(route: string, status: number, body?: unknown, options?: ApiOptions): Promise<ApiAnswer>
  /** A receiver that is closed after the test. */
  receive(...respond: (number | string)[]): Promise<Receiver>
}

/** To be called once in a file. */
export function sourceMock(provider: string): SourceMock {
  let running: Mock
  let receivers: Receiver[] = []
  beforeAll(async () => {
    running = await startMock({ providers: [provider], clock: 'virtual' })
  })
  afterAll(() => running.close(0))
  beforeEach(() => {
    receivers = []
  })
  afterEach(async () => {
    expect(running.violations().filter(({ by }) => by === 'mock')).toEqual([])
    await running.reset()
    for (const receiver of receivers) await receiver.close()
  })
  return {
    get mock() {
      return running
    },
    async call(route, status, body, options) {
      const answer = await callApi(running, provider, route, body, options)
      expect(answer.status, `${route}: ${JSON.stringify(answer.body)}`).toBe(status)
      return answer
    },
    async receive(...respond) {
      const receiver = await startReceiver({ respond })
      receivers.push(receiver)
      return receiver
    },
  }
}

export function sentHeader(receiver: Receiver, at: number, name: string): string | undefined {
  return headerOf(receiver.received[at]?.headers ?? [], name)
}

export function sentBody(receiver: Receiver, at: number): Record<string, Json> {
  return JSON.parse(receiver.received[at]?.body.toString() ?? '')
}

export function hmacSha256(secret: string, content: Buffer | string): string {
  return createHmac('sha256', secret).update(content).digest('hex')
}
