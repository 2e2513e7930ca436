import { describe, expect, it } from 'vitest'
import { eventTypes } from '../../../src/report/event-types.ts'
import { loadProviders } from '../../../src/spec/load.ts'
import { run } from './fake-io.ts'

describe('types', () => {
  it('prints the declarations that the package exports', async () => {
    const [provider] = await loadProviders(['tsanet'])
    if (provider === undefined) throw new Error('no provider')
    const { code, out, err } = await run(['types', 'tsanet'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(`${out}\n`).toBe(await eventTypes(provider))
  })

  it('lists the events with their samples', async () => {
    const { out } = await run(['types', 'tsanet', '--list'])
    expect(out).toMatch(/^collaboration-request\.created {2}A collaboration request was created\n {2}\{\n/)
    expect(out).toContain(
      '\nnote.created  A note was added to a collaboration request\n  {\n    "eventType": "note.created",\n',
    )
  })

  it('has the schemas of each event as a line of JSON', async () => {
    const { out } = await run(['types', 'tsanet', '--format', 'json'])
    const events = out.split('\n').map((line) => JSON.parse(line))
    expect(events.map(({ type }) => type)).toEqual(['collaboration-request.created', 'note.created'])
    expect(events[1]).toMatchObject({
      sample: { eventType: 'note.created' },
      body: { properties: { eventType: { const: 'note.created' } } },
      headers: { type: 'object', required: ['X-Hub-Signature-256'] },
    })
  })
})
