import { describe, expect, it } from 'vitest'
import { run } from './fake-io.ts'

const acme = new URL('../../support/acme.yaml', import.meta.url).pathname

describe('providers', () => {
  it('says where each API is, and its document', async () => {
    const { code, out } = await run(['providers', '--spec', acme])
    expect(code).toBe(0)
    expect(out).toMatch(/^acme {2}Acme 1\.0\.0\n {2}path +\/acme\n {2}openapi +\/acme\/openapi\.json\n/m)
  })

  it('says so in JSON, too', async () => {
    const { out } = await run(['providers', '--spec', acme, '--format', 'json'])
    const found = out.split('\n').map((line) => JSON.parse(line) as { id: string; openapi: string })
    expect(found.length).toBeGreaterThan(4)
    expect(found.map(({ openapi }) => openapi)).toEqual(found.map(({ id }) => `/${id}/openapi.json`))
  })
})
