import { describe, expect, it } from 'vitest'
import { signatureIssues } from '../../../../src/spec/checks/signature.ts'
import { HUB, STANDARD, STRIPE_LIKE } from '../../signature/schemes.ts'

const reasons = (content: string) => signatureIssues({ ...HUB, content }).map(({ reason }) => reason)

describe('the templates of a signature', () => {
  it('may use known tokens; others are refused, each with a reason', () => {
    expect(reasons('{timestamp}.{body}{header:X-Id}')).toEqual([])
    expect(reasons('{bodi}')).toEqual([
      'the template "{bodi}" has the unknown token {bodi}; known here are {body} {id} {event} {timestamp} {url} {path} {method} {params} {body_sha256} {header_names} {header_values} {header:NAME}',
    ])
    expect(reasons('{body')).toEqual(['the template "{body" has a brace without its partner'])
  })

  it('are right in the schemes of the catalogue', () => {
    for (const scheme of [HUB, STRIPE_LIKE, STANDARD]) expect(signatureIssues(scheme)).toEqual([])
  })

  it('are named by their places where they cannot be rendered', () => {
    const scheme = {
      ...HUB,
      content: '{header_values}{digest}',
      item: '{body}',
      headers: { 'X-A': '{signature}' },
    }
    expect(signatureIssues(scheme).map(({ pointer }) => pointer)).toEqual([
      '/headers/X-A',
      '/content',
      '/item',
      '/content',
    ])
  })
})
