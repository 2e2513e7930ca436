import { describe, expect, it } from 'vitest'
import { run } from './fake-io.ts'

const acme = new URL('../../support/acme.yaml', import.meta.url).pathname

// Each compiles every shipped document where there is no build.
describe('providers', { timeout: 60_000 }, () => {
  it('says where each API is, and its document', async () => {
    const { code, out } = await run(['providers', '--spec', acme])
    expect(code).toBe(0)
    expect(out).toMatch(/^acme {2}Acme 1\.0\.0\n {2}path +\/acme\n {2}openapi +\/acme\/openapi\.json\n/m)
  })

  it('lists the environments and the further accounts', async () => {
    const { out } = await run(['providers'])
    const [beel = ''] = out.split('\n\n')
    expect(beel).toMatch(/^ {2}environments +sandbox, live$/m)
    expect(beel).toMatch(/^ {2}account +live \(live\) {2}Authorization: Bearer beel_sk_live_hookproof$/m)
    expect(beel).not.toMatch(/^ {2}account +default/m)
    const json = await run(['providers', '--format', 'json'])
    const [first] = json.out.split('\n').map((line) => JSON.parse(line))
    expect(first).toMatchObject({
      environments: ['sandbox', 'live'],
      accounts: expect.arrayContaining([
        expect.objectContaining({ name: 'default', environment: 'sandbox' }),
        expect.objectContaining({ name: 'live', environment: 'live' }),
      ]),
    })
  })

  it('says so in JSON, too', async () => {
    const { out } = await run(['providers', '--spec', acme, '--format', 'json'])
    const found = out.split('\n').map((line) => JSON.parse(line) as { id: string; openapi: string })
    expect(found.length).toBeGreaterThan(4)
    expect(found.map(({ openapi }) => openapi)).toEqual(found.map(({ id }) => `/${id}/openapi.json`))
  })
})
