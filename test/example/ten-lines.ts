import { expect, test } from 'hookproof/vitest'

test.override({ mockOptions: { clock: 'virtual' }, receiverOptions: { respond: [503, 200] } })

test('a receiver that is down gets the note on the second attempt', async ({ mock, receiver }) => {
  await mock.register('tsanet', { url: receiver.url })
  const { event } = await mock.trigger('tsanet', 'note.created', { noteToken: 'n-1' })
  await mock.clock.advance('10s')
  await expect(event).toHaveBeenDelivered()
  expect(receiver).toHaveReceived({ body: { noteToken: 'n-1' }, count: 2 })
})
