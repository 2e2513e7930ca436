import type { Json, JsonObject } from '../../core/json.ts'
import { type ActionResult, atInputPath, type Call, problem } from '../context.ts'

/** An access token for the account that the request logs in. */
export async function issueToken(call: Call): Promise<ActionResult> {
  const { parts, provider, operation, mock, message } = call
  const { token: rule } = mock
  if (rule === undefined) throw new Error(`${operation.id} does not say what its tokens are`)
  const basic = takesBasic(call) ? basicCredentials(message.headers.authorization) : undefined
  const given = {
    ...call.input,
    ...(basic && Object.fromEntries(rule.login.map((name, i) => [name, basic[i]]))),
  }
  const account = await parts.accounts.byLogin(provider, rule.login, given as JsonObject)
  if (account === undefined)
    return { problem: problem('login', { reason: 'no account has these credentials' }) }
  const wanted = rule.scope === undefined ? [] : scopesIn(call.input[rule.scope])
  const unknown = wanted.filter((scope) => account.scopes?.includes(scope) !== true)
  if (unknown.length > 0) {
    const reason = `the account does not have ${unknown.join(', ')}`
    const wrong = { place: `/${rule.scope}`, scopes: unknown, value: unknown.join(' '), reason }
    return { problem: atInputPath(call, problem('login-scope', wrong)) }
  }
  const scopes = wanted.length === 0 ? account.scopes : [...new Set(wanted)]
  const token = await parts.accounts.issueToken(account, rule, scopes)
  return { result: undefined, token, account }
}

function takesBasic({ provider, operation }: Call): boolean {
  const schemes = operation.security.flatMap((alternative) => Object.keys(alternative))
  return provider.credentialHeaders.some(
    ({ scheme, prefix }) => prefix === 'Basic ' && schemes.includes(scheme),
  )
}

/** The client's id and secret, which are encoded as in a form before they are joined (RFC 6749, section 2.3.1). */
function basicCredentials(header = ''): readonly [string, string] | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const end = text.indexOf(':')
  return end === -1 ? undefined : [formDecoded(text.slice(0, end)), formDecoded(text.slice(end + 1))]
}

/** Some clients leave the encoding out: what does not decode is taken as it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function scopesIn(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.filter((scope) => typeof scope === 'string')
  return typeof value === 'string' ? value.split(' ').filter((scope) => scope !== '') : []
}
