import { test } from 'node:test'
import {
  assertAttempts,
  assertDelivered,
  assertKeepsTheContract,
  assertReceived,
  startMock,
  startReceiver,
} from 'hookproof'

test('a receiver that is down gets the note on the second attempt', async (t) => {
  const mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
  const receiver = await startReceiver({ respond: [503, 200] })
  t.after(() => Promise.all([mock.close(), receiver.close()]))
  await mock.register('tsanet', { url: receiver.url, fields: { eventTypes: ['note.created'] } })

  const { event } = await mock.trigger('tsanet', 'note.created', { noteToken: 'n-1' })
  await assertAttempts(event, 1)
  await mock.clock.advance('10s')
  await assertDelivered(event)
  assertReceived(receiver, { body: { noteToken: 'n-1' }, count: 2 })
  assertKeepsTheContract(mock)
})
