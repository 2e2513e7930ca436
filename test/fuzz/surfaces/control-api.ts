import { isJsonObject, type Json } from '../../../src/core/json.ts'
import { loadContractOperations } from '../../../src/spec/load.ts'
import { CONTROL_DOCUMENT } from '../../../src/spec/shipped.ts'
import type { Draw } from '../draw.ts'
import { exchange } from '../http.ts'
import { mutate, mutateText } from '../mutate.ts'
import type { Input, Surface } from '../surface.ts'
import { answerComplaints } from './answers.ts'
import { FAULTS } from './faults.ts'
import { type Caller, makeCall, requestBytes } from './http-calls.ts'
import { openMock } from './mocks.ts'

const CONTROL: Caller = { base: '/_mock', headers: [] }
/** The stream does not end by itself. */
const STREAMED_MS = 30

/** The control API, over real sockets. */
export const controlApi: Surface = {
  name: 'control',
  share: 0.28,
  async open() {
    const open = await openMock()
    const { mock, port, receiver } = open
    const { operations } = await loadContractOperations(CONTROL_DOCUMENT)
    const snapshot = (await (await fetch(`${mock.origin}/_mock/snapshot`)).json()) as Json
    const events = mock.providers.flatMap(({ id, events: types }) =>
      [...types.keys()].map((type) => ({ provider: id, type })),
    )
    const bodies: Readonly<Record<string, (draw: Draw) => Json>> = {
      createEvent: (draw) => {
        const { provider, type } = draw.oneOf(events)
        const payload = mock.providers.find(({ id }) => id === provider)?.events.get(type)?.sample ?? {}
        return { provider, type, payload: mutate(draw, payload), ...(draw.chance(0.3) && { raw: true }) }
      },
      createWebhook: (draw) => ({ provider: draw.oneOf(mock.providers).id, url: receiver, fields: {} }),
      createAccount: (draw) => ({ provider: draw.oneOf(mock.providers).id }),
      createFault: (draw) => draw.oneOf(FAULTS),
      writeSnapshot: () => snapshot,
      advanceClock: (draw) =>
        draw.oneOf<Json>([{ by: '10s' }, { until: 'next' }, { until: 'settled' }, { by: '1ms' }]),
    }
    let turn = 0
    return {
      width: 8,
      mayHoldMs: 250,
      make(draw): Input {
        const operation = draw.oneOf(operations)
        const call = makeCall(draw, operation, CONTROL)
        const body = bodies[operation.id]
        if (body === undefined || draw.chance(0.2)) return call
        let value = body(draw)
        for (let times = draw.oneOf([0, 1, 1, 2]); times > 0; times--) value = mutate(draw, value)
        const text = isJsonObject(value) || draw.chance(0.5) ? JSON.stringify(value) : String(value)
        return { ...call, body: draw.chance(0.05) ? mutateText(draw, text) : text }
      },
      async run(input) {
        const ids = open.ids(null)
        const known = { host: `127.0.0.1:${port}`, receiver, id: ids[turn++ % ids.length] ?? '' }
        const isStream = /\/stream/.test(input.head ?? '')
        const { answer, status, isLate } = await exchange(
          port,
          requestBytes(input, known),
          isStream ? STREAMED_MS : undefined,
        )
        open.answered(input.head ?? '', answer)
        return [
          ...answerComplaints(answer, status, isLate),
          ...(status !== null && status >= 500 ? [`answer ${status}: ${answer.slice(0, 500)}`] : []),
        ]
      },
      check: open.check,
      renew: open.renew,
      [Symbol.asyncDispose]: open[Symbol.asyncDispose],
    }
  },
}
