import { expect, it } from 'vitest'
import { renderText } from '../../../src/signature/template.ts'

it('renders what stands between the tokens of a template as it is', () => {
  expect(renderText('t={a},{b}', (token) => token.toUpperCase())).toBe('t=A,B')
})
