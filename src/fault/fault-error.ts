import { type Location, MockError } from '../core/errors.ts'
import type { FaultProblem } from './problem.ts'

/** The first thing that is wrong with a fault, with the others in its hint. */
export function faultError(
  problems: readonly FaultProblem[],
  locate: (pointer: string) => Location | undefined = () => undefined,
): MockError {
  const [first, ...rest] = problems
  const others = rest.map(({ pointer, reason, hint }) => `  ${pointer}: ${reason}. ${hint ?? ''}`.trimEnd())
  const location = first === undefined ? undefined : locate(first.pointer)
  const hint = [...(first?.hint === undefined ? [] : [first.hint]), ...others].join('\n')
  return new MockError('input', 'BAD_FAULT', `Failed to read the fault: ${first?.reason ?? 'it is none'}.`, {
    ...(hint !== '' && { hint }),
    ...(location !== undefined && { location }),
  })
}
