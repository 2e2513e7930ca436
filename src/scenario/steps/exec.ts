import type { JsonObject } from '../../core/json.ts'
import { isJsonObject } from '../../core/json.ts'
import {
  EXEC_EXPECTATION,
  type ExecExpectation,
  execMismatches,
  readExecExpectation,
} from '../expectations/exec.ts'
import { BOOLEAN, COMMAND, DURATION, described, object, STRINGS, TEXT } from '../file/schema-parts.ts'
import { waitIssues } from '../file/value-issues.ts'
import { type Command, commandText, runStepCommand, startStepCommand } from '../run/command.ts'
import { DONE, resolveReferences } from '../run/context.ts'
import { namedAs, readDuration, readStrings, type StepDefinition } from './step.ts'

export interface Exec extends Required<Command> {
  readonly timeoutMs: number
  /** Runs beside the later steps, and is stopped when the scenario ends. */
  readonly background: boolean
  readonly expect: ExecExpectation
}

export const exec: StepDefinition<Exec> = {
  about: 'runs a command, for instance the client that is under test',
  example: 'node sync.js',
  schema: {
    anyOf: [
      TEXT,
      STRINGS,
      object(
        'A command.',
        {
          command: described('File and arguments, or one string for the shell.', COMMAND),
          env: described('More environment variables.', {
            type: 'object',
            additionalProperties: { type: ['string', 'number', 'boolean'] },
          }),
          cwd: described('Where it runs. Default: where hookproof does.', TEXT),
          timeout: described('How long at most. Default: 30s.', DURATION),
          background: described('Goes on beside the later steps, and ends with the scenario.', BOOLEAN),
        },
        ['command'],
      ),
    ],
  },
  beside: { expect: EXEC_EXPECTATION },
  hints: { capture: 'Name the step, as: run, and say $run.body.stdout.' },
  read(value, step) {
    const members: JsonObject = isJsonObject(value) ? value : { command: value }
    return {
      command: members.command as Command['command'],
      env: readStrings(members.env),
      cwd: (members.cwd as string | undefined) ?? null,
      timeoutMs: readDuration(members.timeout, 30_000),
      background: members.background === true,
      expect: readExecExpectation(step.expect),
    }
  },
  check: ({ timeoutMs }, { at }) => waitIssues(timeoutMs, `${at}/timeout`),
  // A command in the background has no result that a name could stand for.
  names: ({ background }, as) => (background ? [] : namedAs(as, 'answer')),
  describe: ({ command }) => `exec ${commandText(command)}`,
  async run(context, step, as) {
    const { timeoutMs, background, expect, ...command } = resolveReferences(context, step)
    if (background) {
      const running = await startStepCommand(context, command)
      context.background.add(() => running.stop())
      return DONE
    }
    const ended = await runStepCommand(context, command, { timeoutMs, as })
    return { mismatches: execMismatches(expect, ended, timeoutMs) }
  },
}
