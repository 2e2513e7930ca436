import type { Json } from '../../src/core/json.ts'

/** Names that programs trip over. */
export const NAMES = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', '$ref', '$id', '', ' ', '0', '-1',
  '\u0000', 'é', '\u202egnp.exe', '\ud800', '💩', 'a.b', 'a/b', 'a~1b', '*', '{id}', ':id', '<b>', '..', '%00',
] as const // biome-ignore format: a pool

export const TEXTS = [
  ...NAMES, 'null', 'true', 'NaN', '1e999', '99999999999999999999', '9007199254740993', '\u001b[31m\u001b]0;x\u0007', '\u009b31m', '\r\nX-Injected: 1',
  '#{x}', '$x', '$&', '/(a+)+$/', '/(/', '/a{99999}/', '[[]]', '{{id}}', '{digest}', 'http://', 'http://[::1', 'https://127.0.0.1:99999/', 'http://a@b:c@d/',
  'HTTP://127.0.0.1/%zz', 'ftp://x', '0000-00-00T00:00:00Z', '+275760-09-13T00:00:00.000Z', '2026-02-30T00:00:00Z', '1h', '0s', '-5s', '1e9d', '999999999999d',
  '\u2028', '\ufeff', '\ufffe', 'ａ', 'ﷺ', 'İ', 'ß', '=CMD()', ']]>', '-->', "'", '"', '\\', '`', '#', '&amp;', '|', '%s%n', 'a'.repeat(300),
] as const // biome-ignore format: a pool

export const VALUES: readonly Json[] = [
  null, true, false, 0, -0, -1, 1.5, 1e21, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 63), [], {}, [[]], [null], { a: {} }, '',
] // biome-ignore format: a pool

/** Written into JSON as they are: numbers that no program keeps unchanged, and what is no JSON. */
export const RAW_NUMBERS = [
  '1e999', '-1e999', '1.0', '-0', '-0.0', '9007199254740993', '123456789012345678901234567890', '0.1e-400', '1E+2', '01', '+1', '.5', '0x10', 'NaN',
] as const // biome-ignore format: a pool
