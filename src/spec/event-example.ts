import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'

export function isJsonMedia(mediaType: string): boolean {
  return /^application\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(mediaType)
}

/** The examples of a media type with their places below it, those of `examples` first. */
export function firstExamples(media: JsonObject): readonly (readonly [pointer: string, value: Json])[] {
  const { example, examples } = media
  const named = isJsonObject(examples) ? Object.entries(examples) : []
  const values = named.flatMap(([name, one]) =>
    isJsonObject(one) && one.value !== undefined
      ? [[`/examples/${name.replaceAll('~', '~0').replaceAll('/', '~1')}/value`, one.value] as const]
      : [],
  )
  return example === undefined ? values : [...values, ['/example', example]]
}
