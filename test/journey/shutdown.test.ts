import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DeliveryView } from '../../src/api/views.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { type KillableMock, type PrintedLine, startKillable } from '../support/killable-mock.ts'

const PROVIDER = 'donutwork'
const EVENT = 'RecurringPayments.charge.paid'

let folder = ''
let receiver: Receiver
let mock: KillableMock
const lines: PrintedLine[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-shutdown-'))
  lines.length = 0
})
afterEach(async () => {
  await mock.kill()
  await receiver.close()
  await rm(folder, { recursive: true, force: true })
})

const start = (...flags: string[]) => {
  mock = startKillable(['--db', join(folder, 'db.json'), '--provider', PROVIDER, ...flags], (line) =>
    lines.push(line),
  )
  return mock.ready
}

async function trigger(origin: string): Promise<void> {
  const response = await fetch(`${origin}/_mock/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ provider: PROVIDER, type: EVENT }),
  })
  expect(response.status).toBe(202)
}

/** What the next start finds. */
async function deliveriesAfterwards(): Promise<readonly DeliveryView[]> {
  const { url } = await start()
  const response = await fetch(`${url}/_mock/deliveries`)
  return ((await response.json()) as { deliveries: DeliveryView[] }).deliveries
}

it('lets an attempt in flight finish, keeps it, begins no other, and exits with 0', async () => {
  receiver = await startReceiver({ respond: ['slow:400ms', 200] })
  const { url } = await start('--forward-to', receiver.url)
  await trigger(url)
  await expect.poll(() => receiver.received.length).toBe(1)
  mock.child.kill('SIGTERM')
  await expect.poll(() => mock.err()).toContain('Stopping')
  expect(await mock.exit).toBe(0)
  expect(lines.filter(({ type }) => type === 'attempt')).toMatchObject([
    { attempt: { number: 1, outcome: { kind: 'responded', status: 200 } } },
  ])
  expect(await deliveriesAfterwards()).toMatchObject([
    { status: 'succeeded', attempts: [{ number: 1, outcome: { kind: 'responded', status: 200 } }] },
  ])
  expect(receiver.received).toHaveLength(1)
})

it('exits with 130 at a second signal; what was cut off is tried again by the next start', async () => {
  receiver = await startReceiver({ respond: ['timeout', 200] })
  const { url } = await start('--forward-to', receiver.url)
  await trigger(url)
  await expect.poll(() => receiver.received.length).toBe(1)
  mock.child.kill('SIGTERM')
  await expect.poll(() => mock.err()).toContain('Stopping')
  mock.child.kill('SIGTERM')
  expect(await mock.exit).toBe(130)
  await start()
  await expect.poll(() => lines.some(({ type }) => type === 'settled'), { timeout: 5_000 }).toBe(true)
  await mock.kill()
  expect(await deliveriesAfterwards()).toMatchObject([
    {
      status: 'succeeded',
      attempts: [
        { number: 1, outcome: { kind: 'interrupted' } },
        { number: 2, outcome: { kind: 'responded', status: 200 } },
      ],
    },
  ])
})
