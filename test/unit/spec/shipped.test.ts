import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/schema/locate.ts'
import { bundle } from '../../../src/spec/bundle.ts'
import { loadContractOperations, loadProvider } from '../../../src/spec/load.ts'
import { precompile } from '../../../src/spec/precompile.ts'
import { readPrecompiled } from '../../../src/spec/precompiled.ts'
import { CONTROL_DOCUMENT, shippedProviders } from '../../../src/spec/shipped.ts'
import { validateDocument } from '../../../src/spec/validate.ts'

const openapi = new URL('../../../openapi/', import.meta.url)
const folder = await mkdtemp(join(tmpdir(), 'hookproof-precompiled-'))
const written = await precompile(folder)

describe('the shipped documents', () => {
  it('are every document of the folder but the control API', async () => {
    const names = (await readdir(openapi)).filter((name) => /^(?!control).*\.yaml$/.test(name))
    expect(shippedProviders().map(({ file }) => basename(file))).toEqual(names.sort())
    expect(names.length).toBeGreaterThanOrEqual(4)
  })

  it.each(shippedProviders())('have nothing wrong, and the id of their name: $id', async ({ id, file }) => {
    expect(await validateDocument(file)).toEqual([])
    expect((await loadProvider(file)).id).toBe(id)
  })

  it.each(shippedProviders())('are the same precompiled as compiled anew: $id', async ({ file }) => {
    const { file: name, files, ...data } = await loadProvider(file, { precompiled: false })
    expect(name).toBe(file)
    expect(files).toContain(file)
    expect(await readPrecompiled(folder, file)).toEqual({ data, files })
    expect(await loadProvider(file, { precompiled: folder })).toEqual({ ...data, file, files })
  })

  it('hold the contract of the control API, precompiled as well', async () => {
    const contract = await loadContractOperations(CONTROL_DOCUMENT)
    expect(contract.operations.find(({ path }) => path.endsWith('/health'))).toMatchObject({
      method: 'GET',
      mock: null,
      success: 200,
      errors: [],
    })
    expect(await readPrecompiled(folder, CONTROL_DOCUMENT)).toEqual({
      data: contract,
      files: [CONTROL_DOCUMENT],
    })
  })

  it.each(shippedProviders())('are served as their YAML has them: $id', async ({ file }) => {
    const document = await readDocument(file, { action: 'read it', code: 'BAD_DOCUMENT' })
    const { value: data, files } = await bundle(document)
    expect(await readPrecompiled(folder, file, 'openapi')).toEqual({ data, files })
  })

  it('are precompiled two files each, of which a start reads the first', () => {
    const ids = [...shippedProviders().map(({ id }) => id), 'control']
    const names = ids.flatMap((id) => [`${id}.json`, `${id}.openapi.json`])
    expect(written.map((file) => basename(file))).toEqual(names)
  })
})

describe('what was precompiled', () => {
  const shipped = shippedProviders()[0] as ReturnType<typeof shippedProviders>[number]
  const copied = async () => {
    const copy = await mkdtemp(join(tmpdir(), 'hookproof-copy-'))
    await cp(openapi, join(copy, 'openapi'), { recursive: true })
    await cp(new URL('../fixtures/', openapi), join(copy, 'fixtures'), { recursive: true })
    return { document: join(copy, 'openapi', basename(shipped.file)), root: copy }
  }

  it('serves the same files elsewhere', async () => {
    expect(await readPrecompiled(folder, (await copied()).document)).toMatchObject({
      data: { id: shipped.id },
    })
  })

  it('is passed over once the document has changed', async () => {
    const { document } = await copied()
    await writeFile(document, `${await readFile(document, 'utf8')}\n`)
    expect(await readPrecompiled(folder, document)).toBeUndefined()
  })

  it('is passed over once the accounts have changed', async () => {
    const { document, root } = await copied()
    await writeFile(join(root, 'fixtures', shipped.id, 'accounts.json'), '[]')
    expect(await readPrecompiled(folder, document)).toBeUndefined()
  })

  it('is not looked for where there is none', async () => {
    expect(await readPrecompiled(join(folder, 'nothing'), shipped.file)).toBeUndefined()
  })
})

describe.each(['spec', 'schema'])('the modules of %s/', (room) => {
  it('load nothing heavy before it is needed', async () => {
    const source = new URL(`../../../src/${room}/`, import.meta.url)
    const heavy = /^import (?!type )[^'"]* from '(yaml|ajv|ajv-formats|@apidevtools|@stoplight)[/']/m
    const eager = []
    for (const name of (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts')))
      if (heavy.test(await readFile(new URL(name, source), 'utf8'))) eager.push(name)
    expect(eager).toEqual([])
    expect(heavy.test("import { parse } from 'yaml'")).toBe(true)
  })
})
