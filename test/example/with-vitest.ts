import { expect, test } from 'hookproof/vitest'

test.override({
  mockOptions: { providers: ['tsanet'], clock: 'virtual' },
  receiverOptions: { respond: [503, 200] },
})

test('a receiver that is down gets the note on the second attempt', async ({ mock, receiver }) => {
  const answer = await fetch(`${mock.url('tsanet')}/v1/webhooks`, {
    method: 'POST',
    headers: { ...(await mock.credentials('tsanet')), 'Content-Type': 'application/json' },
    body: JSON.stringify({ callbackUrl: receiver.url, eventTypes: ['note.created'] }),
  })
  expect(answer.status).toBe(200)

  const { event } = await mock.trigger('tsanet', 'note.created', { noteToken: 'n-1' })
  await expect(event).toHaveAttempts(1)
  await mock.clock.advance('10s')
  await expect(event).toHaveBeenDelivered()
  expect(receiver).toHaveReceived({ body: { noteToken: 'n-1' }, count: 2 })
  expect(mock).toKeepTheContract()
})
