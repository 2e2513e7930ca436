import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver } from '../../../../src/receiver/receiver.ts'
import { run } from '../fake-io.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-numbers-'))
})
afterAll(() => rm(folder, { recursive: true }))

const BYTES = 'Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".'

describe('numbers that would not be sent as they are written', () => {
  const trigger = async (...flags: string[]) => {
    await using receiver = await startReceiver()
    const { code, err } = await run(
      ['trigger', 'tsanet', 'note.created', '--to', receiver.url, '--secret', 's', '--raw', ...flags],
      {},
    )
    return { code, err, bodies: receiver.received.map(({ body }) => body.toString()) }
  }

  it.each([
    ['{"a":9007199254740993}', `1:6: the number 9007199254740993 would become 9007199254740992. ${BYTES}`],
    ['{"a":\n 1e999}', `2:2: the number 1e999 would become null. ${BYTES}`],
    ['{"a":[1.0]}', '1:7: the number 1.0 would become 1. Write 1, or "1.0" for a string.'],
    ['{"a":-0}', '1:6: the number -0 would become 0. Write 0, or "-0" for a string.'],
  ])('are refused in --payload %s', async (payload, reason) => {
    expect(await trigger('--payload', payload)).toEqual({
      code: 2,
      err: `Failed to read --payload: ${reason}`,
      bodies: [],
    })
    const file = join(folder, 'body.json')
    await writeFile(file, payload)
    expect((await trigger('--payload', `@${file}`)).err).toBe(`Failed to read --payload: ${file}:${reason}`)
  })

  it('are refused in --override, --fault and --set', async () => {
    expect((await trigger('--override', 'note.id=9007199254740993')).err).toBe(
      `Failed to read --override note.id: the number 9007199254740993 would become 9007199254740992. ${BYTES}`,
    )
    expect((await trigger('--fault', 'extra-fields:{"fields":{"a":1.0}}')).err).toBe(
      'Failed to read --fault: the number 1.0 would become 1. Write 1, or "1.0" for a string.',
    )
    expect((await run(['run', 'x.yaml', '--set', 'a:=1e999'])).err).toBe(
      `Failed to read --set: the number 1e999 would become null. ${BYTES}`,
    )
  })

  it('are other numbers than these, which arrive digit by digit', async () => {
    const { bodies } = await trigger(
      '--payload',
      '{"a":[9007199254740991,-1.5,0.1,1e-7,100000000000000000000],"b":"1.0"}',
      '--override',
      'c="9007199254740993"',
      '--override',
      'd=12.5',
    )
    expect(bodies).toEqual([
      expect.stringContaining('"a":[9007199254740991,-1.5,0.1,1e-7,100000000000000000000],"b":"1.0"'),
    ])
    expect(bodies).toEqual([expect.stringContaining('"c":"9007199254740993","d":12.5')])
  })
})
