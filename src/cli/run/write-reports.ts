import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MockError } from '../../core/errors.ts'
import type { RunResult } from '../../scenario/scenario-result.ts'
import { makeFolder } from '../../state/make-folder.ts'
import { type ReportTarget, reportText } from './report-target.ts'

/** Writes every report that can be written; what stands in the way of the others comes back. */
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
