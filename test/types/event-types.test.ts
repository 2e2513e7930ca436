import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeEventTypes } from '../../src/report/write-event-types.ts'
import { loadProviders } from '../../src/spec/load.ts'
import type { EventType, Provider } from '../../src/spec/provider.ts'
import { shippedProviders } from '../../src/spec/shipped.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const LONG = 120_000

const RESOLUTIONS = [
  ['node16', ['--module', 'node16', '--moduleResolution', 'node16']],
  ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
] as const

/** Whatever a program does with the types of a provider has to be checked: each line but the last holds, that one not. */
function consumer({ id, events }: Provider): string {
  const [first] = events.keys()
  return [
    `import type { EventBody, EventHeaders, Events, EventType } from 'hookproof/types/${id}'`,
    ...[...events.values()].map(
      ({ type, sample }, i) =>
        `export const sample${i}: EventBody<${quoted(type)}> = ${JSON.stringify(sample)}`,
    ),
    `export const everyType: Record<EventType, number> = ${JSON.stringify(Object.fromEntries([...events.keys()].map((type) => [type, 1])))}`,
    `export function read(body: EventBody, headers: EventHeaders) {`,
    `  const texts: readonly (string | undefined)[] = Object.values(headers)`,
    `  return [body, texts]`,
    `}`,
    `type IsAny<T> = 0 extends 1 & T ? true : false`,
    `export const notAny: false[] = [`,
    ...[...events.values()].flatMap((event) =>
      placesOf(event).map((place) => `  null as unknown as IsAny<${place}>,`),
    ),
    `]`,
    `// @ts-expect-error`,
    `export const unknownType: EventType = ${JSON.stringify(`${first}x`)}`,
    `// @ts-expect-error`,
    `export const unknownField = (event: Events[${quoted(first ?? '')}]) => event.body.hookproof`,
    '',
  ].join('\n')
}

function placesOf({ type, sample }: EventType): readonly string[] {
  const body = `EventBody<${quoted(type)}>`
  const names = Object.keys(sample as object)
  return [body, `EventHeaders<${quoted(type)}>`, ...names.map((name) => `${body}[${quoted(name)}]`)]
}

function quoted(text: string): string {
  return `'${text}'`
}

describe('hookproof/types/*', () => {
  let folder: string
  let providers: readonly Provider[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-types-'))
    const own = join(folder, 'node_modules/hookproof')
    await mkdir(own, { recursive: true })
    await copyFile(join(ROOT, 'package.json'), join(own, 'package.json'))
    await writeEventTypes(join(own, 'dist/types'))
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    providers = await loadProviders(shippedProviders().map(({ id }) => id))
    for (const provider of providers) await writeFile(join(folder, `${provider.id}.ts`), consumer(provider))
  }, LONG)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const check = (options: readonly string[], files: readonly string[]) =>
    run(
      process.execPath,
      [TSC, '--noEmit', '--strict', '--target', 'es2022', '--types', '', ...options, ...files],
      {
        cwd: folder,
      },
    ).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout.trim(),
    )

  it.each(RESOLUTIONS)(
    'is found and holds under %s',
    async (_, options) => {
      expect(
        await check(
          options,
          providers.map(({ id }) => `${id}.ts`),
        ),
      ).toBe('')
    },
    LONG,
  )

  it.each(RESOLUTIONS)(
    'refuses what no document says under %s',
    async (_, options) => {
      await writeFile(
        join(folder, 'wrong.ts'),
        `import type { EventType } from 'hookproof/types/${providers[0]?.id}'\nexport const type: EventType = 'none'\nimport 'hookproof/types/none'\n`,
      )
      const said = (await check(options, ['wrong.ts']))
        .split('\n')
        .filter((line) => line.startsWith('wrong.ts'))
      expect(said).toEqual([
        expect.stringMatching(/^wrong\.ts\(2,14\): error TS2322: /),
        expect.stringMatching(/^wrong\.ts\(3,8\): error TS(2307|2882): /),
      ])
    },
    LONG,
  )

  it('has no any, and a module that can be imported', async () => {
    const files = await readdir(join(folder, 'node_modules/hookproof/dist/types'))
    expect(files.sort()).toEqual(providers.flatMap(({ id }) => [`${id}.d.ts`, `${id}.js`]).sort())
    for (const { id } of providers) {
      const text = await readFile(join(folder, `node_modules/hookproof/dist/types/${id}.d.ts`), 'utf8')
      expect(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')).not.toMatch(/\bany\b/)
      await writeFile(
        join(folder, 'use.js'),
        `import * as all from 'hookproof/types/${id}'\nconsole.log(Object.keys(all))\n`,
      )
      expect((await run(process.execPath, [join(folder, 'use.js')])).stdout).toBe('[]\n')
    }
  })

  it('is made by the build', async () => {
    const { scripts, exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    expect(scripts.build).toContain('node dist/report/write-event-types.js')
    expect(exports['./types/*']).toEqual({ types: './dist/types/*.d.ts', default: './dist/types/*.js' })
  })
})
