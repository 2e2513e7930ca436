import type { Judgement } from '../capture/judge-capture.ts'
import { isoTime } from '../core/iso-time.ts'
import { columns, counted, indent } from './columns.ts'
import type { Style } from './style.ts'

/** What a captured delivery is, then each difference, then the signature, then what else is worth knowing. */
export function judgementLines(judgement: Judgement, style: Style): string[] {
  const { event, method, url, differences, notes, provider } = judgement
  const id = event.id === null ? '' : ` ${style('quiet', `[${event.id}]`)}`
  const name = event.recognised ? event.type : 'an unknown event'
  const rows = [
    ...differences.map(({ location, message }) => [style('bad', location), message]),
    ...signatureRow(judgement, style),
  ]
  const count = differences.length + (judgement.signature?.ok === false ? 1 : 0)
  return [
    `${style('strong', name)}${id}  ${style('quiet', `${method} ${url}`)}`,
    ...(rows.length === 0 ? [] : ['', ...indent(columns(rows), '  ')]),
    '',
    judgement.ok
      ? style('good', `It is as ${provider} declares it.`)
      : style('bad', `${counted(count, 'difference')} from what ${provider} declares.`),
    ...notes.map((note) => style('quiet', note)),
  ]
}

function signatureRow({ signature, judgedAt }: Judgement, style: Style): string[][] {
  if (signature === null) return []
  if (signature.ok) return [[style('good', 'signature'), 'holds']]
  const stale = signature.reason === 'stale-timestamp'
  const when = stale
    ? ` Judged at ${isoTime(judgedAt)}; --at TIME judges it as of then, --ignore-age at any age.`
    : ''
  return [[style('bad', 'signature'), `${signature.likeliest}${when}`]]
}

/** One line of JSON, for programs. */
export function judgementJson(judgement: Judgement): string {
  return JSON.stringify({ ...judgement, judgedAt: isoTime(judgement.judgedAt) })
}
