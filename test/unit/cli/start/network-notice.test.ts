import { expect, it } from 'vitest'
import { networkNotice } from '../../../../src/cli/commands/start/start.ts'

it.each(['http://127.0.0.1:4010', 'http://[::1]:4010', 'http://127.0.0.2:1', 'http://localhost:4010'])(
  'nothing is said of %s, which only this machine reaches',
  (origin) => expect(networkNotice(origin)).toEqual([]),
)

it.each(['http://0.0.0.0:4010', 'http://[::]:4010', 'http://192.0.2.7:4010', 'http://mock:4010'])(
  'a mock at %s says who can reach it',
  (origin) => expect(networkNotice(origin)).toEqual([expect.stringContaining('without a password')]),
)
