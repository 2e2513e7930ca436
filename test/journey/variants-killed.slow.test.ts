import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { DeliveryView } from '../../src/api/views.ts'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { type KillableMock, type PrintedLine, startKillable } from '../support/killable-mock.ts'

const EVENTS = { beel: 'invoice.emitted', 'beel@autumn-2026': 'invoice.issued' } as const

const running: KillableMock[] = []
let folder = ''
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill()
  await rm(folder, { recursive: true, force: true })
})

it('two variants, killed between two attempts, both go on where they were', { timeout: 60_000 }, async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-variants-killed-'))
  await using receiver = await startReceiver({ respond: [503, 503, 200, 200] })
  const start = async () => {
    const lines: PrintedLine[] = []
    const mock = startKillable(
      ['--provider', ...Object.keys(EVENTS), '--db', join(folder, 'db.json'), '--clock', 'virtual'],
      (line) => lines.push(line),
    )
    running.push(mock)
    const { url, state } = await mock.ready
    const control = async (path: string, body?: object) => {
      const answer = await fetch(`${url}/_mock${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      expect(answer.ok).toBe(true)
      return (await answer.json()) as { readonly deliveries: readonly DeliveryView[] }
    }
    return { mock, state, control }
  }
  const facts = ({ deliveries }: { readonly deliveries: readonly DeliveryView[] }) =>
    deliveries.map(({ provider, status, attempts }) => [provider, status, attempts.length]).toSorted()

  const first = await start()
  for (const [provider, type] of Object.entries(EVENTS)) {
    await first.control('/webhooks', { provider, url: receiver.url })
    await first.control('/events', { provider, type })
  }
  await expect.poll(() => receiver.received.length).toBe(2)
  const pending = Object.keys(EVENTS).map((provider) => [provider, 'pending', 1])
  await expect.poll(async () => facts(await first.control('/deliveries'))).toEqual(pending)
  const ids = (await first.control('/deliveries')).deliveries.map(({ id }) => id)
  await first.mock.kill()

  const second = await start()
  expect(second.state).toMatchObject({ webhooks: 2, events: 2, deliveries: 2 })
  const kept = await second.control('/deliveries')
  expect(kept.deliveries.map(({ id }) => id)).toEqual(ids)
  expect(facts(kept)).toEqual(pending)
  await second.control('/clock/advance', { by: '1d' })
  expect(facts(await second.control('/deliveries'))).toEqual(
    Object.keys(EVENTS).map((provider) => [provider, 'succeeded', 2]),
  )
  expect(receiver.received).toHaveLength(4)
})
