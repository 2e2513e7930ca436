import { mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileWatch, watchFiles } from '../../../src/cli/watch.ts'

let folder: string
let watch: FileWatch | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-watch-'))
  await mkdir(join(folder, 'deep'))
  await writeFile(join(folder, 'a.yaml'), 'a')
  await writeFile(join(folder, 'deep/b.yaml'), 'b')
})
afterEach(async () => {
  await watch?.close()
  await rm(folder, { recursive: true })
})

const within = (ms: number, promise: Promise<unknown>) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms, 'nothing'))])

describe('watchFiles', () => {
  it('tells which YAML files below a folder have changed, several edits as one', async () => {
    watch = await watchFiles([folder], 40)
    const changed = watch.changed()
    await writeFile(join(folder, 'a.yaml'), 'a2')
    await writeFile(join(folder, 'deep/b.yaml'), 'b2')
    await writeFile(join(folder, 'deep/new.yml'), 'c')
    expect(await changed).toEqual(['a.yaml', 'deep/b.yaml', 'deep/new.yml'].map((name) => join(folder, name)))
  })

  it('waits until edits have come to rest', async () => {
    watch = await watchFiles([folder], 90)
    const changed = watch.changed()
    for (const name of ['a', 'b', 'c', 'd']) {
      await writeFile(join(folder, `${name}.yaml`), 'new')
      await new Promise((resolve) => setTimeout(resolve, 45))
    }
    expect(await changed).toHaveLength(4)
  })

  it('does not mind other files, such as the reports that a run writes', async () => {
    watch = await watchFiles([folder], 20)
    const changed = watch.changed()
    await writeFile(join(folder, 'report.html'), '')
    await writeFile(join(folder, 'report.json'), '')
    await mkdir(join(folder, 'node_modules'))
    await writeFile(join(folder, 'node_modules/x.yaml'), '')
    expect(await within(50, changed)).toBe('nothing')
    await unlink(join(folder, 'a.yaml'))
    expect(await changed).toEqual([join(folder, 'a.yaml')])
  })

  it('keeps what changes while nobody asks, and tells it once', async () => {
    watch = await watchFiles([join(folder, 'a.yaml')], 10)
    await writeFile(join(folder, 'a.yaml'), 'a2')
    await within(50, new Promise(() => {}))
    expect(await watch.changed()).toEqual([join(folder, 'a.yaml')])
    expect(await within(30, watch.changed())).toBe('nothing')
  })

  it('follows a file that is replaced, and one that is not there yet', async () => {
    const late = join(folder, 'late.json')
    watch = await watchFiles([join(folder, 'a.yaml'), late], 80)
    for (const text of ['a2', 'a3']) {
      const changed = watch.changed()
      await writeFile(join(folder, 'tmp'), text)
      await rename(join(folder, 'tmp'), join(folder, 'a.yaml'))
      expect(await changed).toEqual([join(folder, 'a.yaml')])
    }
    const changed = watch.changed()
    await writeFile(late, '{}')
    expect(await changed).toEqual([late])
  })
})
