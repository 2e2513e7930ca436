import { describe, expect, it } from 'vitest'
import { type Coverage, coverageShares, mergeCoverage } from '../../../src/core/coverage.ts'

const operation = { provider: 'acme', operation: 'list', method: 'GET', path: '/hooks' }
const first: Coverage = {
  operations: [
    {
      ...operation,
      statuses: [
        { name: '200', count: 2 },
        { name: '401', count: 0 },
      ],
      undeclared: [],
      faults: [{ name: 'reset', count: 1 }],
    },
  ],
  events: [],
}
const second: Coverage = {
  operations: [
    {
      ...operation,
      statuses: [
        { name: '200', count: 1 },
        { name: '401', count: 3 },
      ],
      undeclared: [{ name: '500', count: 1 }],
      faults: [{ name: 'reset', count: 0 }],
    },
    { ...operation, provider: 'other', statuses: [{ name: '200', count: 0 }], undeclared: [], faults: [] },
  ],
  events: [
    {
      provider: 'acme',
      event: 'note.created',
      count: 1,
      outcomes: [{ name: '2xx', count: 1 }],
      settled: [{ name: 'succeeded', count: 1 }],
      faults: [
        { name: 'drop', count: 0 },
        { name: 'delay', count: 2 },
      ],
    },
  ],
}

describe('coverage', () => {
  it('of several runs is added up, each thing listed once', () => {
    expect(mergeCoverage([first, second])).toEqual({
      operations: [
        {
          ...operation,
          statuses: [
            { name: '200', count: 3 },
            { name: '401', count: 3 },
          ],
          undeclared: [{ name: '500', count: 1 }],
          faults: [{ name: 'reset', count: 1 }],
        },
        second.operations[1],
      ],
      events: second.events,
    })
    expect(mergeCoverage([second, second]).events[0]).toMatchObject({ count: 2, faults: [{}, { count: 4 }] })
    expect(mergeCoverage([])).toEqual({ operations: [], events: [] })
  })

  it('has shares of what is declared alone', () => {
    expect(coverageShares(second)).toEqual({
      statuses: { covered: 2, declared: 3 },
      events: { covered: 1, declared: 1 },
      faults: { covered: 1, declared: 2 },
    })
  })
})
