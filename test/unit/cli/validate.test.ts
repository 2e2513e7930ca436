import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from './fake-io.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const ACME = join(ROOT, 'test/support/acme.yaml')
const GOOD = 'version: 1\nname: n\nprovider: tsanet\nsteps:\n  - trigger: note.created\n'
const BAD = 'version: 1\nnme: n\nprovider: tsanet\nsteps:\n  - advance: 10 s\n'
let folder = ''
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-validate-'))
  await mkdir(file('more'))
  await Promise.all([
    writeFile(file('a.yaml'), GOOD),
    writeFile(file('b.yaml'), BAD),
    writeFile(file('more/standing.yml'), 'version: 1\nname: n\nprovider: tsanet\n'),
    writeFile(file('more/list.yaml'), '- 1\n'),
    writeFile(file('more/menu.yaml'), 'soup: tomato\n'),
    writeFile(file('more/notes.txt'), 'nothing\n'),
  ])
})

describe('validate', () => {
  it('has a line for every shipped document and scenario', async () => {
    const names = async (folder: string) =>
      (await readdir(join(ROOT, folder), { recursive: true })).filter((name) => name.endsWith('.yaml'))
    const all = [...(await names('openapi')), ...(await names('scenarios'))]
    const { code, out, err } = await run(['validate', join(ROOT, 'openapi'), join(ROOT, 'scenarios')])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.split('\n')
    expect(lines).toHaveLength(all.length)
    expect(lines.filter((line) => !line.startsWith('ok  '))).toEqual([])
    expect(out).toMatch(/openapi\/tsanet\.yaml {2}provider document, \d+ paths, \d+ event types$/m)
    expect(out).toMatch(/openapi\/control\.yaml {2}OpenAPI document, \d+ paths$/m)
    expect(out).toMatch(/scenarios\/burst\.yaml {2}scenario, \d+ steps$/m)
  })

  it('tells a scenario from a document, and one step from several', async () => {
    const { code, out, err } = await run(['validate', file('a.yaml'), ACME, file('more/standing.yml')])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n')).toEqual([
      `ok  ${file('a.yaml')}  scenario, 1 step`,
      expect.stringMatching(/^ok {2}.*acme\.yaml {2}provider document, 3 paths, 1 event type$/),
      `ok  ${file('more/standing.yml')}  scenario, 0 steps`,
    ])
  })

  it('goes on after a broken file, and lists everything that is wrong with it', async () => {
    const { code, out, err } = await run(['validate', folder])
    expect(code).toBe(2)
    expect(out.split('\n')).toEqual([
      `ok  ${file('a.yaml')}  scenario, 1 step`,
      `ok  ${file('more/standing.yml')}  scenario, 0 steps`,
    ])
    expect(err.split('\n')).toEqual([
      `${file('b.yaml')}:1:1: Failed to load the scenario: it lacks the field "name".`,
      `${file('b.yaml')}:2:1 #/nme: Failed to load the scenario: "nme" is no known field here. Did you mean "name"?`,
      `${file('b.yaml')}:5:5 #/steps/0/advance: Failed to load the scenario: "10 s" is not a duration such as 250ms, 10s or 6m10s, next or settled.`,
      `${file('more/list.yaml')}: Failed to load the file: it is not an object.`,
      `${file('more/menu.yaml')}: Failed to check the file: it is neither an OpenAPI document nor a scenario. The one begins with "openapi: 3.1.0", the other with "version: 1".`,
    ])
  })

  it('has a line of JSON for each file', async () => {
    const { code, out, err } = await run(['validate', file('a.yaml'), file('b.yaml'), '--format', 'json'])
    expect({ code, err }).toEqual({ code: 2, err: '' })
    const [good, bad] = out.split('\n').map((line) => JSON.parse(line))
    expect(good).toEqual({
      type: 'file',
      file: file('a.yaml'),
      ok: true,
      what: 'scenario, 1 step',
      problems: [],
    })
    expect(bad).toMatchObject({ type: 'file', file: file('b.yaml'), ok: false })
    expect(bad.problems).toHaveLength(3)
    expect(bad.problems[1]).toEqual({
      place: `${file('b.yaml')}:2:1 #/nme`,
      line: 2,
      column: 1,
      pointer: '/nme',
      code: 'BAD_SCENARIO',
      message: 'Failed to load the scenario: "nme" is no known field here.',
      hint: 'Did you mean "name"?',
    })
  })

  it("checks a broken document, and a scenario that uses a document of one's own", async () => {
    const apart = await mkdtemp(join(tmpdir(), 'hookproof-validate-'))
    const [document, scenario] = [join(apart, 'acme.yaml'), join(apart, 'own.yaml')]
    const text = await readFile(ACME, 'utf8')
    await writeFile(document, text.replace('openapi: 3.1', 'openapi: 2.1'))
    await writeFile(scenario, 'version: 1\nname: n\nprovider: acme\n')
    expect(await run(['validate', document])).toEqual({
      code: 2,
      out: '',
      err: `${document}:2:1 #/openapi: Failed to load the provider document: OpenAPI "2.1.0" is not 3.1. Write openapi: 3.1.0 at the root.`,
    })
    expect(await run(['validate', scenario, '--spec', ACME])).toMatchObject({ code: 0, err: '' })
    expect(await run(['validate', scenario])).toMatchObject({ code: 2, out: '' })
  })

  it.each([
    [['validate'], 'Failed to read the command line: missing required argument "file".'],
    [
      ['validate', '/nowhere/x.yaml'],
      '/nowhere/x.yaml: Failed to find the file: there is no such file. Name OpenAPI documents, scenario files, or folders that hold them.',
    ],
  ])('refuses %j', async (line, err) => {
    expect(await run(line)).toEqual({ code: 2, out: '', err })
  })
})
