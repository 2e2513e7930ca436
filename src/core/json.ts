export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value)
}

/** What a text says in JSON; undefined where it is no JSON. */
export function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** The value that a JSON pointer (RFC 6901) names, or undefined. */
export function atPointer(value: Json | undefined, pointer: string): Json | undefined {
  let here: Json | undefined = value
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(step)]
    else if (isJsonObject(here)) here = Object.hasOwn(here, step) ? here[step] : undefined
    else return undefined
  }
  return here
}

export function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function toPointer(steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
