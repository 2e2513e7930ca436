import { setTimeout as sleep } from 'node:timers/promises'
import { createClock } from '../../core/clock.ts'
import { EXIT_CODES, MockError } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import { command } from '../command.ts'
import { askHealth, type ControlClient, controlClient, type Health } from '../control-client.ts'
import { duration, formatFlag, serverFlag, value } from '../flags.ts'
import type { Io } from '../io.ts'

const PAUSE_MS = 50

export const wait = command({
  flags: {
    timeout: value('--timeout <duration>', 'how long at most', duration, 30_000),
    server: serverFlag,
    format: formatFlag,
  },
  examples: [['hookproof wait --timeout 10s && npm test', 'begin once the mock answers']],
  async run({ flags }, io: Io) {
    const client = controlClient(flags.server, io.env)
    const health = await untilReady(client, flags.timeout)
    io.out(
      flags.format === 'json'
        ? JSON.stringify({ url: client.server, ...health })
        : `Ready: ${client.server} with ${health.providers.join(', ')}.`,
    )
    return EXIT_CODES.passed
  },
})

async function untilReady(client: ControlClient, timeoutMs: number): Promise<Health> {
  const clock = createClock()
  const deadline = clock.elapsed() + timeoutMs
  for (;;) {
    try {
      return await askHealth(client)
    } catch (error) {
      if (!(error instanceof MockError)) throw error
      if (clock.elapsed() + PAUSE_MS > deadline)
        throw new MockError(
          'environment',
          'NOT_READY',
          `${error.summary.replace(/\.$/, '')} (waited ${formatDuration(timeoutMs)}).`,
          {
            hint: error.hint ?? 'Look at its output.',
            cause: error,
          },
        )
    }
    await sleep(PAUSE_MS)
  }
}
