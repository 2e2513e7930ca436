import { describe, expect, it } from 'vitest'
import { acme, complaintsAbout } from '../acme-document.ts'

const SCHEDULE = 'schedule: { delays: [10s, 1m] }'
const ENDLESS = 'the schedule never ends. Give it attempts, a window, or both.'
const STUCK = 'the schedule never ends: attempts without a delay never leave its window. Give it attempts.'

const complaints = async (line: string) =>
  (await complaintsAbout(acme([SCHEDULE, line]))).map((text) =>
    text.replace('Failed to load the provider document: ', ''),
  )

describe('a schedule', () => {
  it.each([
    'schedule: { delays: [] }',
    'schedule: { delays: [], then: repeat-last }',
    'schedule: { delays: [0s], then: repeat-last, attempts: 3 }',
    'schedule: { delays: [1s], then: repeat-last, window: 1h }',
    'schedule: { base: 1s, factor: 2, attempts: 4 }',
    'schedule: { base: 1s, factor: 2, window: 1d }',
  ])('ends: %s', async (line) => {
    expect(await complaints(line)).toEqual([])
  })

  it.each([
    [
      'schedule: { delays: [1s], then: repeat-last }',
      `acme.yaml:13:3 #/x-mock-delivery/schedule: ${ENDLESS}`,
    ],
    ['schedule: { base: 1s, factor: 2, cap: 1h }', `acme.yaml:13:3 #/x-mock-delivery/schedule: ${ENDLESS}`],
    [
      'schedule: { delays: [1s, 0s], then: repeat-last, window: 1h }',
      `acme.yaml:13:3 #/x-mock-delivery/schedule: ${STUCK}`,
    ],
    ['schedule: { base: 0s, factor: 2, window: 1h }', `acme.yaml:13:3 #/x-mock-delivery/schedule: ${STUCK}`],
    [
      'schedule: { base: 1s, factor: 2, cap: 0s, window: 1h }',
      `acme.yaml:13:3 #/x-mock-delivery/schedule: ${STUCK}`,
    ],
    [
      `${SCHEDULE}\n  environments: { a: { timeout: 1s }, b: { schedule: { base: 1s, factor: 1 } } }`,
      `acme.yaml:14:44 #/x-mock-delivery/environments/b/schedule: ${ENDLESS}`,
    ],
  ])('does not end: %s', async (line, complaint) => {
    expect(await complaints(line)).toEqual([complaint])
  })
})
