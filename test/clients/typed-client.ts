import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isJsonObject, type Json, setAt } from '../../src/core/json.ts'
import type { Mock } from '../../src/mock/start-mock.ts'
import type { Operation, Provider } from '../../src/spec/provider.ts'
import type { Action } from '../../src/spec/vocabulary.ts'
import { exampleBody } from '../support/example-body.ts'
import { execute } from './tools.ts'

const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))

/**
 * Has openapi-typescript write the types of the document that a mock serves, and a program with them create, list and delete a
 * webhook; it is compiled strictly, then run.
 *
 * @returns what the program printed
 * @throws what any of the programs had to say
 */
export async function runTypedClient(
  folder: string,
  mock: Mock,
  provider: Provider,
  url: string,
): Promise<string> {
  const work = join(folder, `client-${provider.id}`)
  await mkdir(work, { recursive: true })
  await writeFile(join(work, 'package.json'), '{"type": "module"}')
  const generator = join(folder, 'node_modules', '.bin', 'openapi-typescript')
  const document = `${mock.origin}/${provider.id}/openapi.json`
  // A field with a default may be left out of a request, which the generator refuses otherwise.
  const fields = '--default-non-nullable=false'
  await execute(generator, [document, fields, '--output', join(work, 'api.d.ts')])
  await writeFile(join(work, 'client.ts'), await program(mock, provider, url))
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--target', 'es2023', '--module', 'nodenext']
  const args = ['--ignoreConfig', ...strict, '--lib', 'es2023,dom', '--types', '', join(work, 'client.ts')]
  await execute(TSC, args, { cwd: work }).catch(complain)
  const { stdout } = await execute(process.execPath, [join(work, 'client.js')]).catch(complain)
  return stdout
}

function complain(error: unknown): never {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
  throw new Error(`${stdout}${stderr}`, { cause: error })
}

async function program(mock: Mock, provider: Provider, url: string): Promise<string> {
  const account = await mock.account(provider.id)
  const [create, list, remove] = (['create', 'list', 'delete'] as const).map((action) =>
    operationOf(provider, action),
  ) as [Operation, Operation, Operation]
  const body = bodyOf(provider, create, url)
  const ids = { [create.mock?.account ?? '']: JSON.stringify(account.providerId ?? account.name) }
  const webhook = remove.mock?.webhook ?? 'id'
  const id = await idIn(mock, provider, create, { ...account, body })
  return `import createClient from 'openapi-fetch'
import type { paths } from './api.d.ts'

const client = createClient<paths>({
  baseUrl: ${JSON.stringify(mock.url(provider.id))},
  headers: ${JSON.stringify(account.credentials)},
})

function present<T>(value: T): NonNullable<T> {
  if (value === undefined || value === null) throw new Error('it is missing')
  return value
}

const created = await ${call(create, ids, JSON.stringify(body))}
if (created.error !== undefined) throw new Error(JSON.stringify(created.error))
const id = present(created.data${id})
const contains = (value: unknown): boolean =>
  value === id || (typeof value === 'object' && value !== null && Object.values(value).some(contains))
const isListed = async () => {
  const { data, error } = await ${call(list, ids)}
  if (error !== undefined) throw new Error(JSON.stringify(error))
  return contains(data)
}
if (!(await isListed())) throw new Error('the new webhook is not in the list')
const { response } = await ${call(remove, { ...ids, [webhook]: 'id' })}
if (!response.ok) throw new Error('it is not deleted: ' + response.status)
if (await isListed()) throw new Error('the deleted webhook is in the list')
// @ts-expect-error The document has no such path.
void (() => client.GET('/no/such/path'))
// @ts-expect-error The body is an object.
void (() => ${call(create, ids, '12')})
console.log('created, listed, deleted')
`
}

/** The first one, by its path rather than by its query. */
function operationOf({ operations, id }: Provider, action: Action): Operation {
  const all = operations.filter(({ mock }) => mock?.action === action)
  const found = all.find(({ path }) => action === 'delete' && path.includes('{')) ?? all[0]
  if (found === undefined) throw new Error(`${id} has no ${action}`)
  return found
}

function bodyOf({ resource }: Provider, operation: Operation, url: string): Json {
  const steps = [...(operation.mock?.input === undefined ? [] : [operation.mock.input]), resource.url.field]
  return setAt(exampleBody(operation) ?? {}, steps, url)
}

/** `client.POST("/hooks/{id}", { params: { path: { "id": id } } })` */
function call(operation: Operation, values: Readonly<Record<string, string>>, body?: string): string {
  const given = (place: string) =>
    operation.parameters
      .filter(({ in: where, name }) => where === place && values[name] !== undefined)
      .map(({ name }) => `${JSON.stringify(name)}: ${values[name]}`)
  const params = ['path', 'query'].flatMap((place) => {
    const all = given(place)
    return all.length === 0 ? [] : [`${place}: { ${all.join(', ')} }`]
  })
  const options = [
    ...(params.length === 0 ? [] : [`params: { ${params.join(', ')} }`]),
    ...(body === undefined ? [] : [`body: ${body}`]),
  ]
  return `client.${operation.method}(${JSON.stringify(operation.path)}${options.length === 0 ? '' : `, { ${options.join(', ')} }`})`
}

interface Caller {
  readonly name: string
  readonly providerId?: string
  readonly credentials: Readonly<Record<string, string>>
  readonly body: Json
}

/** Where the answer to a new webhook has its id, as an expression: `?.["data"]?.["id"]`. */
async function idIn(mock: Mock, provider: Provider, create: Operation, caller: Caller): Promise<string> {
  const { credentials, body } = caller
  const path = create.path.replace(`{${create.mock?.account}}`, caller.providerId ?? caller.name)
  const answer = await fetch(`${mock.url(provider.id)}${path}`, {
    method: create.method,
    headers: { ...credentials, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const listed = await fetch(`${mock.origin}/_mock/webhooks?account=${caller.name}&provider=${provider.id}`)
  const { webhooks } = (await listed.json()) as { webhooks: { providerId: string }[] }
  const steps = stepsTo((await answer.json()) as Json, webhooks[0]?.providerId ?? '')
  if (steps === undefined) throw new Error(`${create.id} answers ${answer.status} without the id`)
  return steps.map((step) => `?.[${JSON.stringify(step)}]`).join('')
}

function stepsTo(value: Json, id: string): readonly string[] | undefined {
  if (!isJsonObject(value)) return String(value) === id ? [] : undefined
  for (const [key, inner] of Object.entries(value)) {
    const steps = stepsTo(inner, id)
    if (steps !== undefined) return [key, ...steps]
  }
  return undefined
}
