import { expect, it } from 'vitest'
import type { Coverage } from '../../../src/core/coverage.ts'
import { coverageLines } from '../../../src/report/run.ts'
import { PLAIN } from '../../../src/report/terminal.ts'

const none = { name: 'reset', count: 0 }

const coverage: Coverage = {
  operations: [
    {
      provider: 'acme',
      operation: 'createHook',
      method: 'POST',
      path: '/hooks',
      statuses: [
        { name: '201', count: 2 },
        { name: '400', count: 0 },
      ],
      undeclared: [{ name: '418', count: 1 }],
      faults: [{ name: 'status', count: 1 }, none],
    },
    {
      provider: 'acme',
      operation: 'readHook',
      method: 'GET',
      path: '/hooks/{id}',
      statuses: [{ name: '200', count: 0 }],
      undeclared: [],
      faults: [none],
    },
  ],
  events: [
    {
      provider: 'acme',
      event: 'note.created',
      count: 3,
      outcomes: [
        { name: '2xx', count: 2 },
        { name: '5xx', count: 1 },
      ],
      settled: [{ name: 'succeeded', count: 2 }],
      faults: [{ name: 'drop', count: 0 }],
    },
  ],
}

it('shows what was exercised, and that the rest was not', () => {
  expect(coverageLines(coverage, PLAIN)).toEqual([
    'Coverage  1 of 3 statuses, 1 of 1 event types, 0 of 1 faults of deliveries',
    '',
    '  OPERATION        STATUSES             FAULTS',
    '  acme createHook  201×2 400×0 (418)×1  1/2 status×1',
    '  acme readHook    200×0                0/1',
    '',
    '  EVENT              TIMES  OUTCOMES         DELIVERIES       FAULTS',
    '  acme note.created  ×3     2/2 2xx×2 5xx×1  1/1 succeeded×2  0/1',
  ])
})

it('marks what was exercised', () => {
  const marked = coverageLines(coverage, (tone, text) => (tone === 'good' ? `<${text}>` : text))
  expect(marked[3]).toBe('  acme createHook  <201×2> 400×0 <(418)×1>  1/2 <status×1>')
})
