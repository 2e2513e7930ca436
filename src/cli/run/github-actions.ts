import { appendFile } from 'node:fs/promises'
import { githubReport } from '../../report/github.ts'
import type { RunResult } from '../../scenario/scenario-result.ts'
import type { Io } from '../io.ts'

/** In GitHub Actions: a note at each line that failed, and a summary of the step. Elsewhere nothing. */
export async function tellGithub(
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
