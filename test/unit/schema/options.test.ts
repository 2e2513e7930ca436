import { describe, expect, it } from 'vitest'
import {
  boolean,
  checkArgument,
  checkOptions,
  count,
  either,
  headerLines,
  milliseconds,
  oneOf,
  port,
  string,
  stringByName,
  strings,
} from '../../../src/schema/options.ts'

const KINDS = {
  name: string,
  strict: boolean,
  port,
  copies: count,
  timeout: either(string, milliseconds),
  files: strings,
  env: stringByName,
  headers: headerLines,
  mode: oneOf('fast', 'slow'),
}

const check = (given: unknown) => () => checkOptions('the options of serve', given, KINDS)

describe('options', () => {
  it('may be absent or undefined, and of their kind', () => {
    expect(check({ name: undefined })).not.toThrow()
    expect(
      check({
        name: 'x',
        strict: false,
        port: 0,
        copies: 3,
        timeout: 5,
        files: [],
        env: { A: 'b' },
        headers: { 'X-A': 'b' },
        mode: 'fast',
      }),
    ).not.toThrow()
  })

  it.each<readonly [unknown, string]>([
    [null, 'they must be an object; it is null.'],
    [{ prt: 1 }, 'there is no "prt". Did you mean "port"?'],
    [{ strict: 'yes' }, '"strict" must be a boolean; it is "yes".'],
    [{ port: 70_000 }, '"port" must be a port from 0 to 65535; it is 70000.'],
    [{ copies: 1.5 }, '"copies" must be an integer ≥ 0; it is 1.5.'],
    [{ timeout: [] }, '"timeout" must be a string or a number of milliseconds ≥ 0; it is an array.'],
    [{ files: 'a' }, '"files" must be an array of strings; it is "a".'],
    [{ env: { A: 1 } }, '"env" must be an object of strings; it is an object.'],
    [
      { headers: { A: 'line\nbreak' } },
      '"headers" must be an object of strings that HTTP can carry in headers; it is an object.',
    ],
    [{ mode: 'quick' }, '"mode" must be one of fast, slow; it is "quick".'],
  ])('of another kind are refused: %j', (given, reason) => {
    expect(check(given)).toThrow(`Failed to read the options of serve: ${reason}`)
  })

  it('are all named where several are wrong', () => {
    expect(check({ strict: 1, copies: -1 })).toThrow(
      'Failed to read the options of serve: "strict" must be a boolean; it is 1. 1 more problem:\n' +
        '  "copies" must be an integer ≥ 0; it is -1.',
    )
  })

  it('are checked one by one, too', () => {
    expect(() => checkArgument('the name', 5, string)).toThrow(
      'Failed to read the name: it must be a string; it is 5.',
    )
    expect(() => checkArgument('the name', 'x', string)).not.toThrow()
  })
})
