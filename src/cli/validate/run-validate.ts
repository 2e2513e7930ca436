import { describeError, describeLocation, type MockError } from '../../core/errors.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { scenarioFiles } from '../run/scenario-files.ts'
import { type Checked, checkFile } from './check-file.ts'
import type { validateFlags } from './validate.ts'

const BAD_INPUT = 2
const CHECKED = {
  one: 'the file',
  hint: 'Name OpenAPI documents, scenario files, or folders that hold them.',
}

/** A line for each sound file, and every problem of the others with its place. Exit code 2 if there was any. */
export async function runValidate(
  { args, flags }: Invocation<typeof validateFlags>,
  io: Io,
): Promise<number> {
  const files = await scenarioFiles(args, process.cwd(), CHECKED)
  let worst = 0
  for (const file of files) {
    const checked = await checkFile(file, flags.spec)
    if (checked.errors.length > 0) worst = BAD_INPUT
    if (flags.format === 'json') io.out(JSON.stringify(jsonLine(checked)))
    else tell(checked, io)
  }
  return worst
}

function tell({ file, what, errors }: Checked, io: Io): void {
  if (errors.length === 0) io.out(`${io.style('good', 'ok')}  ${file}  ${io.style('quiet', what)}`)
  else io.err(...errors.map(describeError))
}

function jsonLine({ file, what, errors }: Checked) {
  return { type: 'file', file, ok: errors.length === 0, what, problems: errors.map(problem) }
}

function problem(error: MockError) {
  const { location, summary: message, hint = null, code } = error
  return {
    place: location === undefined ? null : describeLocation(location),
    line: location?.line ?? null,
    column: location?.column ?? null,
    pointer: location?.pointer ?? null,
    code,
    message,
    hint,
  }
}
