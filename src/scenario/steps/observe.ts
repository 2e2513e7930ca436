import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import { ANSWER_EXPECTATION, type AnswerExpectation, answerMismatches } from '../expectations/answer.ts'
import {
  EXEC_EXPECTATION,
  type ExecExpectation,
  execMismatches,
  readExecExpectation,
} from '../expectations/exec.ts'
import { COMMAND, DURATION, described, object, TEXT } from '../file/schema-parts.ts'
import { patternIssues, waitIssues } from '../file/value-issues.ts'
import { ask } from '../run/ask.ts'
import { type Command, commandText, runStepCommand } from '../run/command.ts'
import { resolveReferences, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import { until } from '../run/until.ts'
import { rememberAnswer } from '../run/variables.ts'
import { namedAs, readDuration, type StepDefinition } from './step.ts'

export type Observe = {
  readonly withinMs: number
  readonly everyMs: number
} & (
  | { readonly what: { readonly url: string }; readonly expect: AnswerExpectation }
  | { readonly what: Pick<Command, 'command'>; readonly expect: ExecExpectation }
)

/** A look that begins in time may take so long. */
const SHORTEST_LOOK_MS = 1_000

export const observe: StepDefinition<Observe> = {
  about: 'looks at a URL or runs a command again and again until it is as expected',
  example: { url: '$receiver.origin/orders', expect: { status: 200 }, within: '5s' },
  schema: object(
    'What to look at.',
    {
      url: described('Asked with GET.', TEXT),
      command: described('File and arguments, or one string for the shell.', COMMAND),
      expect: described('An answer for a URL; exit, stdout, stderr for a command.', {
        anyOf: [ANSWER_EXPECTATION, EXEC_EXPECTATION],
      }),
      within: described('How long at most. Default: 10s.', DURATION),
      every: described('How long between one look and the next. Default: 100ms.', DURATION),
    },
    ['expect'],
  ),
  hints: { expect: 'It stands within: observe: {url: …, expect: …}.' },
  checkForm,
  read(value) {
    const { url, command, expect, within, every } = value as JsonObject
    const timing = { withinMs: readDuration(within, 10_000), everyMs: readDuration(every, 100) }
    if (url !== undefined)
      return { what: { url: String(url) }, expect: expect as AnswerExpectation, ...timing }
    const what = { command: command as Command['command'] }
    return { what, expect: readExecExpectation(expect), ...timing }
  },
  check: ({ withinMs, everyMs }, { at, written }) => [
    ...waitIssues(withinMs, `${at}/within`),
    ...waitIssues(everyMs, `${at}/every`),
    ...patternIssues((written as JsonObject).expect, `${at}/expect`),
  ],
  names: (_, as) => namedAs(as, 'answer'),
  describe: ({ what }) => `observe ${'url' in what ? what.url : commandText(what.command)}`,
  async run(context, step, as) {
    const observed = resolveReferences(context, step)
    const { withinMs, everyMs } = observed
    const { clock, signal } = context
    const end = clock.elapsed() + withinMs
    const { mismatches } = await until(
      () => look(context, observed, as, Math.max(SHORTEST_LOOK_MS, Math.round(end - clock.elapsed()))),
      (seen) => seen.mismatches.length === 0,
      { withinMs, everyMs, clock, signal },
    )
    const after = formatDuration(withinMs)
    return { mismatches: mismatches.map((one) => ({ ...one, what: `${one.what} after ${after}` })) }
  },
}

async function look(
  context: ScenarioContext,
  { what, expect }: Observe,
  as: string | null,
  timeoutMs: number,
): Promise<StepOutcome> {
  if ('command' in what) {
    const ended = await runStepCommand(context, what, { timeoutMs, as })
    return { mismatches: execMismatches(expect as ExecExpectation, ended, timeoutMs) }
  }
  const answer = await ask({ method: 'GET', url: what.url, headers: {}, timeoutMs }, context)
  if (as !== null) rememberAnswer(context.variables, as, answer)
  return { mismatches: answerMismatches(expect as AnswerExpectation, answer) }
}

/** It needs one of URL and command, and the expectation has to be of that kind. */
function checkForm(value: Json): readonly Issue[] {
  if (!isJsonObject(value)) return []
  const { url, command, expect } = value
  if ((url === undefined) === (command === undefined)) {
    const reason = url === undefined ? 'it lacks "url" or "command"' : 'it has "url" and "command"'
    return [issue('/observe', reason, 'Look at one of the two.')]
  }
  const [other, owner] = url === undefined ? [ANSWER_EXPECTATION, 'URL'] : [EXEC_EXPECTATION, 'command']
  const wrong = isJsonObject(expect) ? Object.keys(expect) : []
  return wrong
    .filter((key) => Object.hasOwn(other.properties as JsonObject, key))
    .map((key) => issue(`/observe/expect/${key}`, `only a ${owner} has "${key}"`))
}
