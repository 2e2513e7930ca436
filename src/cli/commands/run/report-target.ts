import { suggestion } from '../../../core/text.ts'
import type { RunResult } from '../../../scenario/result.ts'
import { BadValue, type Reader } from '../../flags.ts'

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
export const reportTargets: Reader<readonly ReportTarget[]> = (given) => given.split(',').map(readTarget)

function readTarget(given: string): ReportTarget {
  const [, name = given, file = ''] = /^([^=]*)=(.*)$/s.exec(given.trim()) ?? []
  const kind = KINDS.find((known) => known === name)
  if (kind === undefined)
    throw new BadValue(`"${name}" is no kind of report`, `${suggestion(name, KINDS)} Write it as junit=FILE.`)
  if (file === '') throw new BadValue(`${kind} has no file`, `Write it as ${kind}=FILE.`)
  return { kind, file }
}

export async function reportText(kind: ReportKind, run: RunResult): Promise<string> {
  return (await WRITERS[kind]())(run)
}
