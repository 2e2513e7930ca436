import { exchange } from '../http.ts'
import type { Surface } from '../surface.ts'
import { answerComplaints } from './answers.ts'
import { makeCall, requestBytes } from './http-calls.ts'
import { openMock } from './mocks.ts'

/** The APIs of the providers, over real sockets. */
export const providerApis: Surface = {
  name: 'providers',
  share: 0.425,
  async open() {
    const open = await openMock()
    const { mock, port, receiver } = open
    const calls = await Promise.all(
      mock.providers.map(async ({ id, operations }) => ({
        id,
        operations,
        base: new URL(mock.url(id)).pathname,
        headers: Object.entries(await mock.credentials(id)).map(([name, value]) => `${name}: ${value}`),
      })),
    )
    const declared = new Set(
      mock.providers.flatMap(({ operations }) =>
        operations.flatMap(({ responses }) => [...responses.keys()]),
      ),
    )
    let turn = 0
    return {
      width: 16,
      mayHoldMs: 250,
      make(draw) {
        const caller = draw.oneOf(calls)
        return { provider: caller.id, ...makeCall(draw, draw.oneOf(caller.operations), caller) }
      },
      async run(input) {
        const ids = open.ids(input.provider ?? '')
        const known = { host: `127.0.0.1:${port}`, receiver, id: ids[turn++ % 2] ?? '' }
        const { answer, status, isLate } = await exchange(port, requestBytes(input, known))
        const undeclared = status !== null && status >= 500 && !declared.has(status)
        open.answered(input.head ?? '', answer)
        return [
          ...answerComplaints(answer, status, isLate),
          ...(undeclared ? [`undeclared ${status}: ${answer.slice(0, 500)}`] : []),
        ]
      },
      check: open.check,
      renew: open.renew,
      [Symbol.asyncDispose]: open[Symbol.asyncDispose],
    }
  },
}
