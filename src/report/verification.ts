import type { Verification } from '../capture/verify.ts'
import { isoTime } from '../core/units.ts'
import type { Verdict } from '../signature/verify.ts'
import { columns, counted, indent, type Style } from './terminal.ts'
/** What a captured delivery is, then each difference, then the signature, then what else is worth knowing. */
export function verificationLines(verification: Verification, style: Style): string[] {
  const { event, method, url, differences, notes, provider } = verification
  const id = event.id === null ? '' : ` ${style('quiet', `[${event.id}]`)}`
  const name = event.recognised ? event.type : 'an unknown event'
  const rows = [
    ...differences.map(({ location, message }) => [style('bad', location), message]),
    ...signatureRow(verification, style),
  ]
  const count = differences.length + (verification.signature?.ok === false ? 1 : 0)
  return [
    `${style('strong', name)}${id}  ${style('quiet', `${method} ${url}`)}`,
    ...(rows.length === 0 ? [] : ['', ...indent(columns(rows), '  ')]),
    '',
    verification.ok
      ? style('good', `It is as ${provider} declares it.`)
      : style('bad', `${counted(count, 'difference')} from what ${provider} declares.`),
    ...notes.map((note) => style('quiet', note)),
  ]
}

function signatureRow({ signature, judgedAt }: Verification, style: Style): string[][] {
  if (signature === null) return []
  if (signature.ok) return [[style('good', 'signature'), 'is valid']]
  const stale = signature.reason === 'stale-timestamp'
  const when = stale
    ? ` Checked as of ${isoTime(judgedAt)}; --at TIME checks it as of then, --ignore-age at any age.`
    : ''
  return [[style('bad', 'signature'), `${refusal(signature)}${when}`]]
}

/** The explanation of a signature that is only too old says already that it is otherwise valid. */
function refusal({ reason, likeliest }: Extract<Verdict, { ok: false }>): string {
  return reason === 'stale-timestamp' ? likeliest : `is not valid. ${likeliest}`
}

/**
 * One line of JSON, for programs: a signature that is not valid is a difference, too.
 *
 * @param entry which one of several
 */
export function verificationJson(verification: Verification, entry?: number): string {
  const { signature, differences, judgedAt } = verification
  const broken =
    signature?.ok === false
      ? [{ location: 'signature', rule: signature.reason, message: refusal(signature) }]
      : []
  return JSON.stringify({
    ...(entry !== undefined && { entry }),
    ...verification,
    differences: [...differences, ...broken],
    judgedAt: isoTime(judgedAt),
  })
}
