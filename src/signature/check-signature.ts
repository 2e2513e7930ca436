import { SIGNATURE_TOKENS, type SignatureKeyword, type SignatureToken } from '../spec/vocabulary.ts'
import { checkTemplate, usesToken } from './template.ts'

const without = (...left: readonly SignatureToken[]) => [
  ...SIGNATURE_TOKENS.filter((token) => !left.includes(token)),
  'header:',
]

/** Which tokens each template of a scheme may use. */
export const TEMPLATE_TOKENS = {
  content: without('digest', 'signatures'),
  item: ['digest', 'id', 'timestamp'],
  headers: without('body', 'params', 'header_values'),
  query: ['id', 'event', 'timestamp', 'body_sha256'],
  static: ['digest'],
  jwt: ['digest'],
} as const satisfies Record<string, readonly string[]>

export interface SignatureProblem {
  /** Below the scheme: `/headers/X-Signature`. */
  readonly pointer: string
  readonly message: string
}

/** Every template of a scheme that cannot be rendered: a document with one is refused when it is loaded. */
export function checkSignature(scheme: SignatureKeyword): readonly SignatureProblem[] {
  const problems: SignatureProblem[] = []
  const check = (pointer: string, template: string, tokens: readonly string[]) => {
    const message = checkTemplate(template, tokens)
    if (message !== null) problems.push({ pointer, message })
  }
  const checkAll = (
    name: 'headers' | 'query',
    templates: Readonly<Record<string, string>>,
    tokens: readonly string[],
  ) => {
    for (const [key, template] of Object.entries(templates)) check(`/${name}/${key}`, template, tokens)
  }
  if (scheme.scheme === 'none' || scheme.scheme === 'basic') return problems
  if (scheme.scheme === 'static' || scheme.scheme === 'jwt') {
    checkAll('headers', scheme.headers, TEMPLATE_TOKENS[scheme.scheme])
    return problems
  }
  checkAll('headers', scheme.headers, TEMPLATE_TOKENS.headers)
  checkAll('query', scheme.query ?? {}, TEMPLATE_TOKENS.query)
  check('/content', scheme.content ?? '{body}', TEMPLATE_TOKENS.content)
  check('/item', scheme.item ?? '{digest}', TEMPLATE_TOKENS.item)
  if (scheme.signedHeaders === undefined)
    for (const token of ['header_names', 'header_values'] as const)
      if (usesToken(scheme.content ?? '', token))
        problems.push({ pointer: '/content', message: `The token {${token}} needs a list of signedHeaders.` })
  return problems
}
