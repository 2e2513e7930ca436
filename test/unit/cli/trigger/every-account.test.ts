import { expect, it } from 'vitest'
import { run } from '../fake-io.ts'

it('is of no use with --to, which sends one request', async () => {
  const words = ['trigger', 'tsanet', 'note.created', '--account', '*', '--to', 'http://127.0.0.1:1']
  const { code, err } = await run([...words, '--secret', 's3cr3t'])
  expect(code).toBe(2)
  expect(err).toBe(
    'Failed to read --account: with --to one request is sent, which is of one account. Name one: default, other.',
  )
})
