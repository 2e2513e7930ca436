import { EXIT_CODES } from '../../core/errors.ts'
import { suggestion } from '../../core/text.ts'
import { readDuration } from '../../core/units.ts'
import { counted } from '../../report/terminal.ts'
import { command } from '../command.ts'
import { controlClient } from '../control-client.ts'
import { formatFlag, serverFlag, usageError } from '../flags.ts'

const UNTIL: Readonly<Record<string, string>> = { next: 'next-attempt', settled: 'settled' }

/** `6m` → `{by}`, `next` and `settled` → `{until}`. */
export function advanceRequest(how: string): { by: string } | { until: string } {
  const until = Object.hasOwn(UNTIL, how) ? UNTIL[how] : undefined
  if (until !== undefined) return { until }
  if (readDuration(how) !== undefined) return { by: how }
  throw usageError(
    `Failed to advance the clock: "${how}" is neither a duration nor a known word.`,
    `Write 250ms, 10s, 6m, next or settled. ${suggestion(how, Object.keys(UNTIL))}`,
  )
}

export const advance = command({
  flags: { server: serverFlag, format: formatFlag },
  examples: [
    ['hookproof advance 6m10s', 'six minutes and ten seconds pass'],
    ['hookproof advance next', 'until the next attempt has run'],
    ['hookproof advance settled', 'until no delivery is pending'],
  ],
  async run({ args, flags }, io) {
    const body = advanceRequest(args[0] ?? '')
    const client = controlClient(flags.server, io.env)
    const result = await client.post<{ now: string; attempts: number }>(
      'advance the clock',
      '/clock/advance',
      body,
      ['now', 'attempts'],
      Number.POSITIVE_INFINITY,
    )
    io.out(
      flags.format === 'json'
        ? JSON.stringify(result)
        : `It is now ${result.now}; ${counted(result.attempts, 'attempt')} ran.`,
    )
    return EXIT_CODES.passed
  },
})
