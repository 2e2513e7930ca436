import { describe, expect, it } from 'vitest'
import { deliveryChecker, listenScreen } from '../../../src/cli/commands/listen.ts'
import type { ProviderId } from '../../../src/core/random.ts'
import type { ReceivedDelivery } from '../../../src/receiver/delivery.ts'
import { PLAIN } from '../../../src/report/terminal.ts'
import { knownProvider } from '../../../src/spec/load.ts'

const received = (method: string, body: string) =>
  ({ method, path: '/', headers: [], body: Buffer.from(body) }) as unknown as ReceivedDelivery

describe('what listen finds out about a request', () => {
  it('is no event where somebody only looks, and an unknown one where something was sent', async () => {
    const check = deliveryChecker(await knownProvider('tsanet', []), ['s'], () => 'http://127.0.0.1:3000')
    expect(check(received('GET', ''), 0)).toMatchObject({ event: null, signature: null })
    expect(check(received('POST', '{}'), 0)).toMatchObject({
      event: { type: null, id: null },
      signature: { ok: false },
    })
  })
})

it.each([
  ['tsanet@v2', 'hookproof start --provider tsanet@v2 --forward-to http://127.0.0.1:3000'],
  ['tsanet', 'hookproof start --forward-to http://127.0.0.1:3000'],
])('the screen of listen serves %s next', (id, line) => {
  const screen = listenScreen('http://127.0.0.1:3000', { id: id as ProviderId }, { style: PLAIN })
  expect(screen).toContain(`  Next  ${line}`)
})
