import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadContract } from '../../../src/contract/contract.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { raisedCounters } from '../../../src/state/sequences.ts'
import { exactDigits } from '../../support/exact-digits.ts'
import { acme, complaintsAbout, writeAcme } from '../spec/acme-document.ts'

/** Two before the largest int64. */
const START = '9223372036854775805'

const document = (start: string) =>
  acme(
    ['id: { format: sequence, field: id }', `id: { format: sequence, start: ${start}, field: id }`],
    ['        id: { type: integer }', '        id: { type: integer, format: int64 }'],
    [
      'name: id, in: path, required: true, schema: { type: string }',
      'name: id, in: path, required: true, schema: { type: integer, format: int64 }',
    ],
    [
      "        '404': { $ref: '#/components/responses/Error' }\nwebhooks",
      "        '404': { $ref: '#/components/responses/Error' }\n        '400': { $ref: '#/components/responses/Error' }\nwebhooks",
    ],
    [
      "message: 'No webhook {id}' }",
      "message: 'No webhook {id}' }\n  - { when: unavailable, status: 400, message: not now }",
    ],
  )

describe('ids beyond the numbers of JavaScript', () => {
  let mock: Mock
  beforeAll(async () => {
    mock = await startMock({
      specs: [await writeAcme(document(`'${START}'`))],
      clock: 'virtual',
      strict: true,
    })
  })
  afterAll(() => mock.close())

  async function ask(method: string, path: string, body?: unknown) {
    const response = await fetch(`${mock.url('acme')}${path}`, {
      method,
      headers: { ...(await mock.credentials('acme')), 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }

  const url = 'http://127.0.0.1:9/hooks'

  it('are given one after the other, written with every digit, found and deleted by them', async () => {
    const made = []
    for (let i = 0; i < 3; i++) made.push(await ask('POST', '/hooks', { url }))
    expect(made.map(({ status, text }) => [status, exactDigits(text)])).toEqual([
      [201, ['9223372036854775805']],
      [201, ['9223372036854775806']],
      [201, ['9223372036854775807']],
    ])
    expect(exactDigits((await ask('GET', '/hooks')).text)).toEqual([
      '9223372036854775805',
      '9223372036854775806',
      '9223372036854775807',
    ])
    expect(await ask('DELETE', '/hooks/9223372036854775806')).toMatchObject({ status: 204 })
    expect(await ask('DELETE', '/hooks/9223372036854775806')).toMatchObject({ status: 404 })
    expect(exactDigits((await ask('GET', '/hooks')).text)).toEqual([
      '9223372036854775805',
      '9223372036854775807',
    ])
    expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  })

  it('end with int64', async () => {
    expect(await ask('POST', '/hooks', { url })).toMatchObject({ status: 400, text: '{"message":"not now"}' })
  })

  it('are refused above int64', async () => {
    expect(await ask('DELETE', '/hooks/9223372036854775808')).toMatchObject({ status: 400 })
  })
})

it.each(['9007199254740993', '1e20', "'12'", "'9007199254740993x'"])(
  'a sequence cannot start at %s',
  async (start) => {
    const [complaint] = await complaintsAbout(document(start))
    expect(complaint).toMatch(/start|number/)
  },
)

it('goes on after the highest one that is kept', async () => {
  const sequence = `acme:webhook+${START}`
  const records = {
    accounts: [],
    webhooks: [{ provider: 'acme', providerId: '9223372036854775806' }],
    events: [],
    deliveries: [],
    attempts: [],
    counters: [{ id: sequence, value: 0 }],
    answers: [],
  }
  expect(await raisedCounters(records as never)).toEqual([{ id: sequence, value: 1 }])
})

it('a number of an answer is held to its format', async () => {
  const contract = await loadContract()
  const mock = await startMock({ specs: [await writeAcme(document("'9007199254740993'"))] })
  const operation = mock.providers[0]?.operations.find(({ id }) => id === 'listHooks')
  await mock.close()
  if (operation === undefined) throw new Error('no operation')
  const rulesOf = (id: number) => {
    const body = [{ id, url: 'http://127.0.0.1:9/' }]
    const headers = { 'content-type': 'application/json' }
    return contract.response(operation, { status: 200, headers, body, bodyLength: 9 }).map(({ rule }) => rule)
  }
  expect(rulesOf(2 ** 63)).toEqual([])
  expect(rulesOf(2 ** 64)).toEqual(['format'])
})
