/**
 * Texts of JSON of about so many characters, each large in another way. A quarter of a million have no more values than the
 * mock takes.
 */
export const SHAPES: Readonly<Record<string, (characters: number) => string>> = {
  numbers: (characters) => list(characters / 14, () => '0            '),
  strings: (characters) => list(characters / 14, (i) => `"string${digits(i)}"`),
  'equal strings': (characters) => list(characters / 14, () => '"always same"'),
  objects: (characters) => list(characters / 28, () => `{${' '.repeat(25)}}`),
  'different objects': (characters) => list(characters / 28, (i) => `{"id":"an object ${digits(i)}"}`),
  'nested lists': (characters) =>
    list(characters / 3_000, () => `${'['.repeat(200)}${' '.repeat(2_600)}${']'.repeat(200)}`),
  'a deep object': (characters) => nest(Math.min(400, Math.floor(characters / 6))),
  members: (characters) => object(characters / 14, (i) => `mem${digits(i)}`),
  'members of one name': (characters) => object(characters / 14, () => 'same name'),
  'a long name': (characters) => `{"${'n'.repeat(characters)}":0}`,
  'a long string': (characters) => `"${'a'.repeat(characters)}"`,
  'a string of escapes': (characters) => `"${'\\u0000'.repeat(characters / 6)}"`,
  'a long number': (characters) => '9'.repeat(Math.min(300, characters)),
}

/** Members that make prototypes of what reads them carelessly. */
export const STRANGE = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":0}'

const digits = (i: number) => String(i).padStart(6, '0')

function list(count: number, item: (i: number) => string): string {
  return `[${Array.from({ length: count }, (_, i) => item(i)).join(',')}]`
}

function object(count: number, name: (i: number) => string): string {
  return `{${Array.from({ length: count }, (_, i) => `"${name(i)}":0`).join(',')}}`
}

function nest(levels: number): string {
  return `${'{"in":'.repeat(levels)}0${'}'.repeat(levels)}`
}
