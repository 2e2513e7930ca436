import { describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import { respond } from '../../../src/fault/receiver-catalogue.ts'
import { describeAnswer, readAnswer, readAnswers } from '../../../src/receiver/answer.ts'

function refusal(word: string): string {
  try {
    readAnswer(word)
  } catch (error) {
    if (error instanceof MockError) return `${error.exitCode} ${error.message}`
  }
  return 'accepted'
}

const HINT =
  'Write a status such as 503 or 429:5s, or one of timeout, slow, reset, empty, garbage, redirect (slow:2s, redirect:URL).'

describe('readAnswer', () => {
  it.each([
    [503, respond(503)],
    ['200', respond(200)],
    ['ok', respond(200)],
    ['410', respond(410)],
    ['429', respond(429, { headers: { 'Retry-After': '1' } })],
    ['429:90s', respond(429, { headers: { 'Retry-After': '90' } })],
    ['503:1500ms', respond(503, { headers: { 'Retry-After': '2' } })],
    ['timeout', { kind: 'timeout' }],
    ['reset', { kind: 'reset' }],
    ['EMPTY', { kind: 'empty' }],
    ['garbage', { kind: 'garbage' }],
    ['redirect', respond(302, { headers: { Location: '/redirected' } })],
    ['redirect:http://127.0.0.1:1/x', respond(302, { headers: { Location: 'http://127.0.0.1:1/x' } })],
    ['slow', respond(200, { afterMs: 500 })],
    ['slow:250ms', respond(200, { afterMs: 250 })],
  ])('reads %s', (word, answer) => {
    expect(readAnswer(word)).toEqual(answer)
  })

  it.each([
    [
      'tiemout',
      `2 Failed to read the answer "tiemout": "tiemout" is not a known answer. Did you mean "timeout"? ${HINT}`,
    ],
    [
      'xyzzy-xyzzy',
      `2 Failed to read the answer "xyzzy-xyzzy": "xyzzy-xyzzy" is not a known answer. Known are: empty, garbage, ok, redirect, reset, slow, timeout. ${HINT}`,
    ],
    [
      '600',
      `2 Failed to read the answer "600": "status" is 600, which is not an integer from 200 to 599. ${HINT}`,
    ],
    [
      '100',
      `2 Failed to read the answer "100": "status" is 100, which is not an integer from 200 to 599. ${HINT}`,
    ],
    [
      'slow:25h',
      `2 Failed to read the answer "slow:25h": "by" is "25h", which is not a duration up to 1d such as 250ms or 10s. ${HINT}`,
    ],
    [
      'redirect:a\nb',
      `2 Failed to read the answer "redirect:a\nb": "to" is "a\\nb", which is not a non-empty string that HTTP can carry in a header. ${HINT}`,
    ],
    [
      'slow:soon',
      `2 Failed to read the answer "slow:soon": "by" is "soon", which is not a duration up to 1d such as 250ms or 10s. ${HINT}`,
    ],
    ['reset:3', `2 Failed to read the answer "reset:3": reset has no parameters. ${HINT}`],
    [
      'constructor',
      `2 Failed to read the answer "constructor": "constructor" is not a known answer. Known are: empty, garbage, ok, redirect, reset, slow, timeout. ${HINT}`,
    ],
  ])('refuses %s', (word, message) => {
    expect(refusal(word)).toBe(message)
  })

  it('reads a list of them', () => {
    expect(readAnswers('503, timeout 200').map(describeAnswer)).toEqual(['503', 'timeout', '200'])
    expect(readAnswers([503, 'slow:20ms']).map(describeAnswer)).toEqual(['503', '200 after 20ms'])
  })
})
