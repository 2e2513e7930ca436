import { describe, expect, it } from 'vitest'
import { checkSignature } from '../../../src/signature/sign.ts'
import { checkTemplate, renderText } from '../../../src/signature/template.ts'
import { HUB, STANDARD, STRIPE_LIKE } from './schemes.ts'

describe('checkTemplate', () => {
  it('accepts known tokens and refuses others, each with a sentence', () => {
    expect(checkTemplate('{timestamp}.{body}', ['timestamp', 'body'])).toBeNull()
    expect(checkTemplate('{header:X-Id}', ['header:'])).toBeNull()
    expect(checkTemplate('{bodi}', ['body', 'header:'])).toBe(
      'The template "{bodi}" has the unknown token {bodi}; known here are {body} {header:NAME}.',
    )
    expect(checkTemplate('{body', ['body'])).toBe('The template "{body" has a brace without its partner.')
  })

  it('renders what stands between the tokens as it is', () => {
    expect(renderText('t={a},{b}', (token) => token.toUpperCase())).toBe('t=A,B')
  })
})

describe('checkSignature', () => {
  it('finds nothing in the schemes of the catalogue', () => {
    for (const scheme of [HUB, STRIPE_LIKE, STANDARD]) expect(checkSignature(scheme)).toEqual([])
  })

  it('names the place of each template that cannot be rendered', () => {
    const scheme = {
      ...HUB,
      content: '{header_values}{digest}',
      item: '{body}',
      headers: { 'X-A': '{signature}' },
    }
    expect(checkSignature(scheme).map(({ pointer }) => pointer)).toEqual([
      '/headers/X-A',
      '/content',
      '/item',
      '/content',
    ])
  })
})
