import { expect, it } from 'vitest'
import { textAt } from '../support/api-call.ts'
import { openApiOf, sentBody, sourceMock } from '../support/source-mock.ts'

// What the source document of Donutwork says, where `donutwork.test.ts` does not prove it: see `sources/donutwork-api.yaml`.

const on = sourceMock('donutwork')
const { call, receive } = on

const WEBHOOKS = '/2026-02-01/webhooks.json'
const PAID = 'RecurringPayments.charge.paid'
const FAILED = 'RecurringPayments.charge.failed'

const create = async (fields: object) =>
  textAt(
    await call(`POST ${WEBHOOKS}`, 201, {
      webhook: {
        name: 'Billing Events',
        url: 'https://example.com/webhooks/billing',
        events: PAID,
        ...fields,
      },
    }),
    '/id',
  )

it('registers, inspects and removes subscriptions', async () => {
  const id = await create({ description: 'of ours' })
  const one = { id, name: 'Billing Events', description: 'of ours', events: [PAID] }
  const shown = (await call(`GET ${WEBHOOKS}?webhookId=${id}`, 200)).body
  expect(shown).toMatchObject(one)
  expect((await call(`GET ${WEBHOOKS}`, 200)).body).toMatchObject({ count: 1, elements: [shown as object] })
  await call(`DELETE ${WEBHOOKS}?webhookId=${id}`, 200)
  expect((await call(`GET ${WEBHOOKS}`, 200)).body).toMatchObject({ count: 0, elements: [] })
})

it('answers each operation by its method, without a query where none is required', async () => {
  const { paths } = openApiOf('donutwork')
  expect(Object.keys(paths[WEBHOOKS] ?? {})).toEqual(expect.arrayContaining(['get', 'post', 'delete']))
  expect(paths[WEBHOOKS]?.post?.parameters ?? []).toEqual([])
  const types = '/2026-02-01/webhooks/types.json'
  expect(paths[types]?.get?.parameters ?? []).toEqual([])
  const id = await create({})
  await call(`GET ${WEBHOOKS}`, 200)
  await call(`GET ${WEBHOOKS}?webhookId=${id}`, 200)
  await call(`GET ${types}`, 200)
  await call(`POST ${types}`, 405)
  await call(`PUT ${WEBHOOKS}`, 405, {})
  await call(`DELETE ${WEBHOOKS}?webhookId=${id}`, 200)
})

it('sends the events that a webhook subscribed to, after the call that made them happen', async () => {
  const receiver = await receive()
  await create({ url: `${receiver.url}/failed`, events: [FAILED], description: 'for internal use' })
  await create({ url: `${receiver.url}/both`, events: [PAID, FAILED] })
  const { deliveries } = await on.mock.trigger('donutwork', FAILED)
  // The call is answered before anything is sent.
  expect(deliveries.map(({ status }) => status)).toEqual(['pending', 'pending'])
  await on.mock.settle()
  await on.mock.trigger('donutwork', PAID)
  await on.mock.settle()
  const sent = receiver.received.map(({ path, method }, at) => [method, path, sentBody(receiver, at).event])
  expect(sent.toSorted()).toEqual([
    ['POST', '/both', FAILED],
    ['POST', '/both', PAID],
    ['POST', '/failed', FAILED],
  ])
  expect(receiver.received.map(({ body }) => body.toString()).join()).not.toContain('internal use')
})
