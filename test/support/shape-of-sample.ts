import { isJsonObject, type Json } from '../../src/core/json.ts'

/** What a text in a sample shows of the texts that stand in its place: their form. */
const FORMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a time with milliseconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['a time in whole seconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['a uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
  ['32 hex characters', /^[0-9a-f]{32}$/],
  ['a URL', /^https?:\/\//],
  ['an entity number', /^\d{4}\.\d{3}\.\d{3}$/],
  ['an id of a webhook', /^wh_/],
  ['an id of a test event', /^evt_test_/],
  ['an id of an event', /^evt_/],
  ['a secret', /^whsec_/],
]

function formOf(text: string): string {
  return FORMS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'any text'
}

/**
 * Where a value has not the shape of a sample: the same keys in the same order, values of the same types, texts of the
 * same form; lists of as many as there are, at least one.
 */
export function unlikeSample(value: Json | undefined, sample: Json, at = ''): readonly string[] {
  const place = at === '' ? 'all of it' : at
  const wrong = (expected: string) => [`${place}: ${JSON.stringify(value)} is not ${expected}`]
  if (Array.isArray(sample)) {
    if (!Array.isArray(value) || value.length === 0) return wrong('a list with something in it')
    const [first] = sample
    return first === undefined ? [] : value.flatMap((one, i) => unlikeSample(one, first, `${at}/${i}`))
  }
  if (isJsonObject(sample)) {
    if (value === undefined || !isJsonObject(value)) return wrong('an object')
    const [keys, expected] = [Object.keys(value), Object.keys(sample)]
    if (keys.join() !== expected.join()) return wrong(`an object of ${expected.join(', ')}`)
    return expected.flatMap((key) => unlikeSample(value[key], sample[key] ?? null, `${at}/${key}`))
  }
  if (typeof sample === 'string') {
    if (typeof value !== 'string') return wrong('a text')
    if (sample === 'redacted') return value === sample ? [] : wrong(`"${sample}"`)
    const form = formOf(sample)
    return form === 'any text' || formOf(value) === form ? [] : wrong(form)
  }
  return typeof value === typeof sample && (value === null) === (sample === null)
    ? []
    : wrong(sample === null ? 'null' : `a ${typeof sample}`)
}
