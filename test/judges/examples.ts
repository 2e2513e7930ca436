import { isForm } from '../../src/contract/form.ts'
import { type Json, setAt } from '../../src/core/json.ts'
import type { Account } from '../../src/core/model.ts'
import type { Mock } from '../../src/mock/start-mock.ts'
import type { Operation, Provider } from '../../src/spec/provider.ts'
import { exampleBody } from '../support/example-body.ts'
import { absentId } from '../support/request-cases.ts'

/** One request that the judge is to make, and the status that the document promises for it. */
export interface Example {
  readonly name: string
  readonly 'http-request': {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly query?: Readonly<Record<string, string>>
    readonly body?: Json
  }
  readonly 'http-response': {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body?: Json
  }
}

/**
 * For every operation a valid request, one without credentials, and one that names what is not there; each with an
 * answer that the mock has given to its twin, so that the judge checks two answers for each.
 */
export async function examplesOf(mock: Mock, provider: Provider, receiver: string): Promise<Example[]> {
  const examples: Example[] = []
  const add = async (
    name: string,
    isKnown: boolean,
    make: (account: Account) => Promise<Example['http-request']>,
  ) => {
    // An account for each, since some keep but a few webhooks; a webhook for each, since some operations take theirs away.
    const account = await mock.account(provider.id)
    const headers = isKnown ? account.credentials : {}
    const [twin, own] = [await make(account), await make(account)]
    examples.push({
      name,
      'http-request': { ...own, headers: { ...headers, ...own.headers } },
      'http-response': await answerTo(mock.url(provider.id), {
        ...twin,
        headers: { ...headers, ...twin.headers },
      }),
    })
  }
  // The judge knows one server, and these requests are JSON.
  const asked = provider.operations.filter(
    ({ serverPath, body }) =>
      provider.basePath === `/${provider.id}${serverPath}` && !isForm(body?.contents[0]?.mediaType),
  )
  for (const operation of asked) {
    const valid = async ({ name }: Account) =>
      requestTo(provider, operation, await deliveredTo(mock, provider, name, receiver), receiver)
    const absent = async () =>
      requestTo(provider, operation, { webhook: absentId(provider), attempt: absentId(provider) }, receiver)
    const isGuarded = operation.security.length > 0
    await add(`${operation.id} succeeds`, isGuarded, valid)
    if (isGuarded) await add(`${operation.id} without credentials`, false, valid)
    if (operation.path.includes('{')) await add(`${operation.id} of what is not there`, true, absent)
  }
  return examples
}

const OF_THE_CONNECTION = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'])

async function answerTo(base: string, request: Example['http-request']): Promise<Example['http-response']> {
  const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`
  const response = await fetch(`${base}${request.path}${query}`, {
    method: request.method,
    headers: request.headers,
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !OF_THE_CONNECTION.has(name))),
    ...(text !== '' && { body: JSON.parse(text) as Json }),
  }
}

async function deliveredTo(mock: Mock, provider: Provider, account: string, url: string) {
  const webhook = await mock.register(provider.id, { account, url })
  const [type = ''] = provider.events.keys()
  await mock.trigger(provider.id, type, undefined, { account })
  await mock.settle()
  const [delivery] = await mock.deliveries({ webhook: webhook.id })
  return { webhook: webhook.providerId, attempt: delivery?.attempts.at(-1)?.providerId ?? '' }
}

function requestTo(
  provider: Provider,
  operation: Operation,
  { webhook, attempt }: { readonly webhook: string; readonly attempt: string },
  url: string,
): Example['http-request'] {
  const keyword = operation.mock
  const ids: Record<string, string> = {
    [keyword?.webhook ?? 'id']: webhook,
    ...(keyword?.attempt !== undefined && { [keyword.attempt]: attempt }),
  }
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => [name, ids[name] ?? ''])
  const sample = exampleBody(operation)
  const steps = [...(keyword?.input === undefined ? [] : [keyword.input]), provider.resource.url.field]
  const body = sample !== undefined && keyword?.action === 'create' ? setAt(sample, steps, url) : sample
  return {
    method: operation.method,
    path: operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? 'x'),
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    ...(query.length > 0 && { query: Object.fromEntries(query) }),
    ...(body !== undefined && { body }),
  }
}
