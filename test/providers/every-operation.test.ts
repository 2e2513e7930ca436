import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadContract } from '../../src/contract/contract.ts'
import { formText, isForm } from '../../src/contract/form.ts'
import { type Json, setAt } from '../../src/core/json.ts'
import { accountId } from '../../src/core/model.ts'
import type { AccountName } from '../../src/core/random.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { loadProvider } from '../../src/spec/load.ts'
import type { Operation } from '../../src/spec/provider.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'
import type { Store } from '../../src/state/store.ts'
import { absentId, type RequestCase, refusedCases } from '../support/request-cases.ts'
import { serveProvider } from '../support/serve-provider.ts'
import { expectNoTrace } from '../support/trace.ts'

const contract = await loadContract()
const providers = await Promise.all(shippedProviders().map(({ file }) => loadProvider(file)))

describe.each(providers.map((provider) => [provider.id, provider] as const))('%s', (_, provider) => {
  let mock: Mock
  let receiver: Receiver
  const seen = new Map<string, Set<number>>()

  beforeAll(async () => {
    mock = await startMock({ providers: [provider.id] })
    receiver = await startReceiver({ respond: [200] })
  })
  afterAll(async () => {
    await mock.close()
    await receiver.close()
  })

  describe.each(provider.operations.map((operation) => [operation.id, operation] as const))(
    '%s',
    (id, operation) => {
      const note = (status: number) => seen.set(id, (seen.get(id) ?? new Set()).add(status))

      it('succeeds as it declares, in every media type that it declares', async () => {
        const types =
          operation.responses.get(operation.success)?.contents.map(({ mediaType }) => mediaType) ?? []
        for (const accept of types.length === 0 ? ['*/*'] : types) {
          const answer = await send({ title: 'valid', as: 'owner', accept }, operation)
          note(answer.status)
          expect(answer, JSON.stringify(answer)).toMatchObject({
            status: operation.success,
            type: types.length === 0 ? null : accept,
          })
        }
        expectNoFaultOfOurs()
      })

      if (operation.method === 'GET')
        it('answers HEAD as GET, without the body', async () => {
          for (const as of ['owner', 'nobody'] as const) {
            const get = await send({ title: 'get', as }, operation)
            const head = await send({ title: 'head', as }, { ...operation, method: 'HEAD' as 'GET' })
            expect(head).toMatchObject({ status: get.status, type: get.type, text: '' })
            expect(head.headers['content-length']).toBe(get.headers['content-length'])
            const namesOf = (headers: object) => Object.keys(headers).filter((name) => name !== 'keep-alive')
            expect(namesOf(head.headers)).toEqual(namesOf(get.headers))
          }
          expectNoFaultOfOurs()
        })

      it.each(
        refusedCases({ provider, operation, body: exampleBody(operation) }).map(
          (one) => [one.title, one] as const,
        ),
      )('refuses: %s', async (_title, one) => {
        const answer = await send(one, operation)
        note(answer.status)
        expect([...operation.responses.keys()], JSON.stringify(answer)).toContain(answer.status)
        expectNoFaultOfOurs()
      })

      it.each([...operation.responses.keys()])(
        'answers %d as it declares when a fault says so, to whoever asks',
        async (status) => {
          const { contents = [], headers: lines = [] } = operation.responses.get(status) ?? {}
          const types = contents.map(({ mediaType }) => mediaType)
          for (const accept of ['text/html', ...types]) {
            const fault = mock.use({ plane: 'api', on: { operation: id }, do: status })
            const answer = await send({ title: 'faulty', as: 'nobody', accept }, operation)
            fault.remove()
            const { headers, text } = answer
            expect(answer.status).toBe(status)
            expect(types.includes(accept) ? [accept] : types.length > 0 ? types : [null]).toContain(
              answer.type,
            )
            const body = text === '' ? undefined : (JSON.parse(text) as Json)
            const message = { status, headers, body, bodyLength: text.length }
            expect(contract.response(operation, message), text).toEqual([])
            expect(undeclaredHeaders(operation, status, headers)).toEqual([])
            const declared = lines.map(({ name }) => name.toLowerCase())
            expect(headers['retry-after']).toBe(declared.includes('retry-after') ? '1' : undefined)
            if (status >= 400) expectOwnWords(operation, status, body)
          }
          expectNoFaultOfOurs()
        },
      )

      it('has shown every status that it declares and a request can bring about', () => {
        const reached = seen.get(id) ?? new Set()
        const byRequest = [...operation.responses.keys()].filter((status) => canBeReached(operation, status))
        expect(byRequest.filter((status) => !reached.has(status))).toEqual([])
      })
    },
  )

  it('answers an unknown route and a wrong method in its own shape', async () => {
    const headers = await mock.credentials(provider.id)
    const route = await fetch(`${mock.url(provider.id)}/no/such/route`, { headers })
    const [first] = provider.operations
    const method = await fetch(`${mock.url(provider.id)}${first?.path.replaceAll(/\{\w+\}/g, '1')}`, {
      method: 'OPTIONS',
      headers,
    })
    const rowOf = (when: string) => provider.errors.find((row) => [row.when].flat().includes(when as never))
    expect(route.status).toBe(rowOf('route')?.status)
    expect(method.status).toBe(rowOf('method')?.status)
    for (const answer of [route, method]) expect(await answer.json()).toBeTypeOf('object')
  })

  function expectNoFaultOfOurs(): void {
    expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  }

  async function send(one: RequestCase, operation: Operation) {
    if (one.given === 'a-failing-store' || one.given === 'same-key-in-flight')
      return sendToWrapped(one, operation)
    return sendTo(mock, one, operation)
  }

  async function sendTo(target: Mock, one: RequestCase, operation: Operation) {
    const account = await target.account(provider.id)
    const other = await target.account(provider.id)
    const scopeless = await target.account(provider.id, { scopes: [] })
    const owner = {
      name: account.name,
      account: accountId(account),
      ...(await ownedWebhook(target, account.name)),
    }
    if (one.given === 'full-account') await fillUp(target, account.name, owner.webhook)
    const credentials = { owner: account, other, scopeless, nobody: { credentials: {} } }[one.as].credentials
    const request = requestFor(one, operation, owner)
    const base = baseOf(target.origin, operation)
    if (one.given === 'same-key-other-body') {
      const key = { [operation.mock?.idempotency?.header ?? '']: 'the-same-key' }
      await fetchAnswer(base, { ...request, headers: { ...request.headers, ...key } }, credentials)
      const changed =
        request.body === undefined ? { path: `${request.path}?again` } : { body: `${request.body} ` }
      return fetchAnswer(
        base,
        { ...request, ...changed, headers: { ...request.headers, ...key } },
        credentials,
      )
    }
    return fetchAnswer(base, request, credentials)
  }

  function baseOf(origin: string, { serverPath }: Operation): string {
    return `${origin}/${provider.id}${serverPath}`
  }

  /** A webhook of the account with one delivered event in its log. */
  async function ownedWebhook(target: Mock, account: string) {
    const webhook = await target.register(provider.id, { url: receiver.url, account })
    const [type = ''] = provider.events.keys()
    await target.trigger(provider.id, type, undefined, { account })
    await target.settle()
    const [delivery] = await target.deliveries({ webhook: webhook.id })
    return { webhook: webhook.providerId, attempt: delivery?.attempts.at(-1)?.providerId ?? '' }
  }

  /** As many active webhooks as allowed, and the named one switched off. */
  async function fillUp(target: Mock, account: string, webhook: string): Promise<void> {
    const most = provider.resource.limit?.active ?? 0
    const field = provider.resource.enabled
    for (let i = 1; i < most; i++) await target.register(provider.id, { url: receiver.url, account })
    if (field === undefined) return
    const update = provider.operations.find(({ mock: keyword }) => keyword?.action === 'update')
    const off = { [field.field]: field.inverted === true }
    const credentials = await target.credentials(provider.id, account)
    if (update === undefined) return
    await fetchAnswer(
      baseOf(target.origin, update),
      requestFor({ title: 'off', as: 'owner', body: off }, update, {
        webhook,
        attempt: '',
        account: accountOf(account),
      }),
      credentials,
    )
    await target.register(provider.id, { url: receiver.url, account })
  }

  async function sendToWrapped(one: RequestCase, operation: Operation) {
    const gate = withResolvers()
    let armed = false
    const asked = withResolvers()
    const served = await serveProvider(provider, (store) =>
      wrapStore(store, async () => {
        if (!armed) return
        asked.resolve()
        if (one.given === 'a-failing-store') throw new Error('the disk is gone')
        await gate.promise
      }),
    )
    try {
      const owner = served.parts.accounts.first(provider)
      const created = {
        webhook: absentId(provider),
        attempt: absentId(provider),
        account: accountId(owner),
      }
      const request = requestFor(one, operation, created)
      const base = baseOf(served.origin, operation)
      armed = true
      if (one.given === 'a-failing-store') return await fetchAnswer(base, request, owner.credentials)
      const keyed = {
        ...request,
        headers: { ...request.headers, [operation.mock?.idempotency?.header ?? '']: 'the-same-key' },
      }
      const first = fetchAnswer(base, keyed, owner.credentials)
      await asked.promise
      const second = await fetchAnswer(base, keyed, owner.credentials)
      gate.resolve()
      await first
      return second
    } finally {
      gate.resolve()
      await served.close()
    }
  }

  /** What the provider calls an account that was made at run time. */
  function accountOf(name: string): string {
    return accountId({ provider: provider.id, name: name as AccountName })
  }

  function requestFor(
    one: RequestCase,
    operation: Operation,
    owned: { webhook: string; attempt: string; account: string },
  ) {
    const ids: Record<string, string> = {
      [operation.mock?.webhook ?? 'id']: owned.webhook,
      [operation.mock?.attempt ?? '']: owned.attempt,
      [operation.mock?.account ?? '']: owned.account,
    }
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
      encodeURIComponent(one.path?.[name] ?? ids[name] ?? 'x'),
    )
    const required = operation.parameters.filter(
      (parameter) => parameter.in === 'query' && parameter.required && parameter.name !== one.omit,
    )
    const query = new URLSearchParams({
      ...Object.fromEntries(required.map(({ name }) => [name, ids[name] ?? ''])),
      ...one.query,
    })
    const type = operation.body?.contents[0]?.mediaType ?? 'application/json'
    const fields = 'body' in one ? one.body : withUrl(exampleBody(operation), operation)
    const body = one.rawBody ?? (isForm(type) && fields !== undefined ? formText(fields) : textOf(fields))
    return {
      method: operation.method,
      path: query.size > 0 ? `${path}?${query}` : path,
      headers: {
        ...(one.accept !== undefined && { Accept: one.accept }),
        ...(body !== undefined && { 'Content-Type': one.contentType ?? type }),
        ...one.headers,
      },
      body,
    }
  }

  function withUrl(body: Json | undefined, operation: Operation): Json | undefined {
    if (body === undefined || operation.mock?.action !== 'create') return body
    const wrapper = operation.mock.input
    return setAt(
      body,
      [...(wrapper === undefined ? [] : [wrapper]), provider.resource.url.field],
      receiver.url,
    )
  }
})

/** A status that no error row has, or only one for faults, is there for faults alone. */
function canBeReached({ success, errors, problems }: Operation, status: number): boolean {
  const rows = errors.filter((row) => row.status === status)
  return (
    status === success ||
    rows.some(({ when }) => [when].flat().some((name) => name !== 'unavailable' && problems.includes(name)))
  )
}

/** Some text of an error is one of its document, and no token is left in any. */
function expectOwnWords({ errors, http }: Operation, status: number, body: Json | undefined): void {
  const said = textsIn(body)
  const response = http.responses.find(({ code }) => code === String(status))
  const known = [
    ...errors.filter((row) => row.status === status).flatMap(({ message }) => message ?? []),
    ...(response?.contents ?? []).flatMap(({ examples = [] }) => textsIn(examples as unknown as Json)),
  ]
  const isKnown = (text: string) => known.some((one) => patternOf(one).test(text))
  expect(said.some(isKnown), `${said.join(' | ')} is none of ${known.join(' | ')}`).toBe(true)
  expect(said.filter((text) => /\{\w+\}/.test(text))).toEqual([])
}

/** A text with its tokens filled in with something. */
function patternOf(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replace(/\{\w+\}/g, '.+')}$`, 's')
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** What HTTP itself and the server send with every answer. */
const OF_HTTP = ['connection', 'content-length', 'content-type', 'date', 'keep-alive']

function undeclaredHeaders(
  { responses }: Operation,
  status: number,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  const declared = responses.get(status)?.headers.map(({ name }) => name.toLowerCase()) ?? []
  return Object.keys(headers).filter((name) => !OF_HTTP.includes(name) && !declared.includes(name))
}

function exampleBody(operation: Operation): Json | undefined {
  const [example] = operation.http.request?.body?.contents?.[0]?.examples ?? []
  return example !== undefined && 'value' in example ? (example.value as Json) : undefined
}

function textOf(body: Json | undefined): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body)
}

interface PlainRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

async function fetchAnswer(
  base: string,
  request: PlainRequest,
  credentials: Readonly<Record<string, string>>,
) {
  const response = await fetch(`${base}${request.path}`, {
    method: request.method,
    headers: { ...credentials, ...request.headers },
    ...(request.body !== undefined && { body: request.body }),
  })
  const text = await response.text()
  const headers = Object.fromEntries(response.headers)
  expectNoTrace({ headers, body: text })
  return { status: response.status, type: response.headers.get('content-type'), headers, text }
}

/** Every read and write of the store passes the hook first. */
function wrapStore(store: Store, hook: () => Promise<void>): Store {
  const guarded = new Set(['webhooks', 'commit', 'keptAnswer'])
  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver)
      if (typeof value !== 'function' || !guarded.has(String(name))) return value
      return async (...args: unknown[]) => {
        await hook()
        return value.apply(target, args)
      }
    },
  })
}

function withResolvers() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
