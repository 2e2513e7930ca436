import { startMock, startReceiver } from 'hookproof'

const mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
const receiver = await startReceiver({ respond: [503, 200] })
await mock.register('tsanet', { url: receiver.url })
const { event } = await mock.trigger('tsanet', 'note.created', { noteToken: 'n-1' })
await mock.settle()
await mock.clock.advance('10s')
const [delivery] = await mock.delivered(event, { status: 'succeeded' })
console.log(delivery?.status, delivery?.attempts.length, receiver.received.length)
await mock.close()
await receiver.close()
