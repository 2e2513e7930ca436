import { appendFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MockError } from '../../../core/errors.ts'
import { suggestion } from '../../../core/text.ts'
import { githubReport } from '../../../report/github.ts'
import {
  countsLine,
  coverageLines,
  progressBar,
  recapLines,
  runCounts,
  runCoverage,
  scenarioEnd,
  scenarioHead,
  stepLines,
  violationCountLines,
} from '../../../report/run.ts'
import type { RunProgress, RunResult, ScenarioResult } from '../../../scenario/result.ts'
import { makeFolder } from '../../../state/files.ts'
import { badValue, type Reader } from '../../flags.ts'
import type { Io } from '../../io.ts'

/** How each kind of report is made; loaded only where one is asked for. */
const WRITERS = {
  junit: async () => (await import('../../../report/junit.ts')).junitReport,
  ctrf: async () => (await import('../../../report/ctrf.ts')).ctrfReport,
  html: async () => (await import('../../../report/html/page.ts')).htmlReport,
} as const satisfies Readonly<Record<string, () => Promise<(run: RunResult) => string>>>

type ReportKind = keyof typeof WRITERS

export interface ReportTarget {
  readonly kind: ReportKind
  readonly file: string
}

const KINDS = Object.keys(WRITERS) as readonly ReportKind[]

/** `junit=FILE,html=FILE`. */
export const reportTargets: Reader<readonly ReportTarget[]> = (input) => input.split(',').map(readTarget)

function readTarget(input: string): ReportTarget {
  const [, name = input, file = ''] = /^([^=]*)=(.*)$/s.exec(input.trim()) ?? []
  const kind = KINDS.find((known) => known === name)
  if (kind === undefined)
    throw badValue(`"${name}" is no kind of report`, `${suggestion(name, KINDS)} Write it as junit=FILE.`)
  if (file === '') throw badValue(`${kind} has no file`, `Write it as ${kind}=FILE.`)
  return { kind, file }
}

export async function reportText(kind: ReportKind, run: RunResult): Promise<string> {
  return (await WRITERS[kind]())(run)
}

/** In GitHub Actions: a note at each line that failed, and a summary of the step. Elsewhere nothing. */
export async function reportToGithub(
  run: RunResult,
  { env, out, err }: Pick<Io, 'env' | 'out' | 'err'>,
  { stdoutIsJson, cwd = process.cwd() }: { readonly stdoutIsJson: boolean; readonly cwd?: string },
): Promise<void> {
  if (env.GITHUB_ACTIONS !== 'true') return
  const { annotations, summary } = githubReport(run, { cwd, workspace: env.GITHUB_WORKSPACE || cwd })
  // Workflow commands are read from both streams.
  ;(stdoutIsJson ? err : out)(...annotations)
  const file = env.GITHUB_STEP_SUMMARY ?? ''
  if (file === '') return
  await appendFile(file, summary).catch((cause: NodeJS.ErrnoException) =>
    err(`The step summary was not written to ${file}: ${cause.code ?? cause.message}.`),
  )
}

export interface RunReporter {
  started(files: readonly string[]): void
  readonly progress: (entry: RunProgress) => void
  ended(run: RunResult, exitCode: number): void
}

type Terminal = Pick<Io, 'out' | 'style' | 'bottomLine'>

/** From so many files on, a progress bar is shown. */
const MANY_FILES = 5

export function createRunReporter(
  { format, coverage }: { readonly format: 'text' | 'json'; readonly coverage: boolean },
  version: string,
  io: Terminal,
): RunReporter {
  return format === 'json' ? jsonReporter(version, coverage, io) : textReporter(coverage, io)
}

function jsonReporter(version: string, isCovered: boolean, { out }: Terminal): RunReporter {
  const print = (entry: object) => out(JSON.stringify(entry))
  return {
    started: (files) => print({ type: 'run-started', version, files }),
    progress: (entry) => print(withoutCoverage(entry)),
    ended: ({ scenarios, startedAt, durationMs }, exitCode) =>
      print({
        type: 'run-ended',
        ...runCounts(scenarios),
        exitCode,
        startedAt: new Date(startedAt).toISOString(),
        durationMs,
        reproduce: scenarios.flatMap(({ status, reproduce }) =>
          (status === 'failed' || status === 'broken') && reproduce !== '' ? [reproduce] : [],
        ),
        ...(isCovered && { coverage: runCoverage({ scenarios }) }),
      }),
  }
}

/** Coverage is printed once, for all scenarios, at the end of the run. */
function withoutCoverage(entry: RunProgress): RunProgress {
  if (entry.type !== 'scenario-ended') return entry
  const { coverage: _coverage, ...result } = entry.result
  return { ...entry, result }
}

/** Of scenarios that run in parallel one is printed live; the lines of the others are buffered until it has ended. */
function textReporter(isCovered: boolean, { out, style, bottomLine }: Terminal): RunReporter {
  const waiting = new Map<string, string[]>()
  const open = new Set<string>()
  const ended: ScenarioResult[] = []
  let shown: string | null = null
  let total = 0
  const redraw = (running: string) => {
    if (total < MANY_FILES) return
    bottomLine?.show(progressBar(runCounts(ended), { total, running, columns: bottomLine.columns() }, style))
  }
  const print = (file: string, lines: readonly string[]) => {
    shown ??= file
    if (shown === file) out(...lines)
    else waiting.set(file, [...(waiting.get(file) ?? []), ...lines])
  }
  /** Prints the buffered scenarios that have ended; the next one that still runs is then printed live. */
  const next = () => {
    shown = null
    for (const [file, lines] of waiting)
      if (!open.has(file)) {
        out(...lines)
        waiting.delete(file)
      }
    const [live] = waiting
    if (live === undefined) return
    const [file, lines] = live
    waiting.delete(file)
    shown = file
    out(...lines)
  }
  return {
    started(files) {
      total = files.length
      redraw('')
    },
    progress(entry) {
      if (entry.type === 'step') return print(entry.file, stepLines(entry, style))
      if (entry.type === 'scenario-started') {
        open.add(entry.file)
        print(entry.file, scenarioHead(entry, style))
        return redraw(entry.name)
      }
      const { result } = entry
      // A scenario that was not started, because its file is invalid or it is skipped, has no head yet.
      const head = open.delete(result.file)
        ? []
        : scenarioHead({ type: 'scenario-started', file: result.file, name: result.name, steps: 0 }, style)
      ended.push(result)
      print(result.file, [...head, ...scenarioEnd(result, style)])
      if (shown === result.file) next()
      redraw('')
    },
    ended(run) {
      bottomLine?.show(null)
      for (const lines of waiting.values()) out(...lines)
      if (isCovered) out('', ...coverageLines(runCoverage(run), style))
      out(...recapLines(run, style), ...violationCountLines(run), '', countsLine(runCounts(run.scenarios)))
    },
  }
}

/** Writes every report that can be written, and returns why the others could not be. */
export async function writeReports(
  run: RunResult,
  targets: readonly ReportTarget[],
): Promise<readonly MockError[]> {
  const failures: MockError[] = []
  for (const { kind, file } of targets) {
    const text = await reportText(kind, run)
    try {
      await makeFolder(dirname(file))
      await writeFile(file, text)
    } catch (cause) {
      failures.push(cannotWrite(kind, file, cause as NodeJS.ErrnoException))
    }
  }
  return failures
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder cannot be made',
  EACCES: 'writing there is not allowed',
  EPERM: 'writing there is not allowed',
  EROFS: 'writing there is not allowed',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  ENOSPC: 'the disk is full',
}

function cannotWrite(kind: string, file: string, cause: NodeJS.ErrnoException): MockError {
  const reason = REASONS[cause.code ?? ''] ?? cause.message
  return new MockError(
    'environment',
    'REPORT_NOT_WRITTEN',
    `Failed to write the ${kind} report: ${reason}.`,
    {
      hint: 'Name another file with --report.',
      location: { file },
      cause,
    },
  )
}
