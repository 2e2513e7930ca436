import type { Capture } from '../../capture/capture.ts'
import type { Judgement } from '../../capture/judge-capture.ts'
import { MockError } from '../../core/errors.ts'
import { counted } from '../../report/columns.ts'
import { judgementJson, judgementLines } from '../../report/judgement-lines.ts'
import type { Io } from '../io.ts'

/** Judges every request of a file, each under its number, and tells how many differ. True: none does. */
export function judgeAll(
  captures: readonly Capture[],
  judge: (capture: Capture) => Judgement,
  format: 'text' | 'json',
  io: Pick<Io, 'out' | 'style'>,
): boolean {
  let differing = 0
  for (const [i, capture] of captures.entries()) {
    const judgement = numbered(i + 1, () => judge(capture))
    if (!judgement.ok) differing++
    if (format === 'json') io.out(judgementJson(judgement, i + 1))
    else io.out(`${io.style('quiet', `${i + 1}`)}  ${judgementLines(judgement, io.style).join('\n')}`, '')
  }
  if (format === 'text')
    io.out(
      differing === 0
        ? io.style('good', `All ${counted(captures.length, 'delivery', 'deliveries')} are as declared.`)
        : io.style('bad', `${differing} of ${counted(captures.length, 'delivery', 'deliveries')} differ.`),
    )
  return differing === 0
}

function numbered<T>(number: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const { kind, code, summary, hint, location } = error
    throw new MockError(kind, code, `Request ${number}: ${summary}`, {
      ...(hint !== undefined && { hint }),
      ...(location !== undefined && { location }),
      cause: error,
    })
  }
}
