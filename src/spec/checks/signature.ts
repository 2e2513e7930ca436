import { toPointer } from '../../core/json.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import { SIGNATURE_TOKENS, type SignatureKeyword, type SignatureToken } from '../vocabulary.ts'

/** A scheme of which every template can be rendered has no issues; their pointers begin at the scheme. */
export function signatureIssues(scheme: SignatureKeyword): readonly Issue[] {
  switch (scheme.scheme) {
    case 'none':
    case 'basic':
      return []
    case 'static':
    case 'jwt':
      return allTemplates('headers', scheme.headers, ['digest'])
    default: {
      const { headers, query = {}, content = '{body}', item = '{digest}', signedHeaders } = scheme
      const unsigned = ['header_names', 'header_values'].filter((token) => content.includes(`{${token}}`))
      return [
        ...allTemplates('headers', headers, allBut('body', 'params', 'header_values')),
        ...allTemplates('query', query, ['id', 'event', 'timestamp', 'body_sha256']),
        ...templateIssues('/content', content, allBut('digest', 'signatures')),
        ...templateIssues('/item', item, ['digest', 'id', 'timestamp']),
        ...(signedHeaders === undefined ? unsigned : []).map((token) =>
          issue('/content', `the token {${token}} needs an array of signedHeaders`),
        ),
      ]
    }
  }
}

/** Stands for every `header:NAME`. */
const ANY_HEADER = 'header:'

function allBut(...tokens: readonly SignatureToken[]): readonly string[] {
  return [...SIGNATURE_TOKENS.filter((token) => !tokens.includes(token)), ANY_HEADER]
}

function allTemplates(
  field: 'headers' | 'query',
  templates: Readonly<Record<string, string>>,
  tokens: readonly string[],
): readonly Issue[] {
  return Object.entries(templates).flatMap(([name, template]) =>
    templateIssues(toPointer([field, name]), template, tokens),
  )
}

const TOKEN = /\{([^{}]*)\}/g

function templateIssues(pointer: string, template: string, tokens: readonly string[]): readonly Issue[] {
  const found = [...template.matchAll(TOKEN)].map(([, token = '']) => token)
  const unknown = found.find((token) => !isKnown(token, tokens))
  if (unknown !== undefined) {
    const known = tokens.map((token) => (token === ANY_HEADER ? '{header:NAME}' : `{${token}}`)).join(' ')
    const reason = `the template "${template}" has the unknown token {${unknown}}; known here are ${known}`
    return [issue(pointer, reason)]
  }
  if (!/[{}]/.test(template.replaceAll(TOKEN, ''))) return []
  return [issue(pointer, `the template "${template}" has a brace without its partner`)]
}

function isKnown(token: string, tokens: readonly string[]): boolean {
  return tokens.includes(token) || (tokens.includes(ANY_HEADER) && /^header:[\w-]+$/.test(token))
}
