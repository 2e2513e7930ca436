import { parse } from 'content-type'
import Negotiator from 'negotiator'
import type { MediaSchema } from '../spec/provider.ts'

const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/

/** `application/json` of `Application/JSON; charset=utf-8`; undefined when the header is no media type. */
export function mediaTypeOf(contentType: string): string | undefined {
  const { type } = parse(contentType, { parameters: false })
  return MEDIA_TYPE.test(type) ? type : undefined
}

/** The declared media type, as it is declared, that a Content-Type header belongs to: `text/*` takes all text. */
export function matchMediaType(
  contentType: string | undefined,
  declared: readonly string[],
): string | undefined {
  const type = contentType === undefined ? undefined : mediaTypeOf(contentType)
  if (type === undefined) return undefined
  const range = `${type.slice(0, type.indexOf('/'))}/*`
  const named = (wanted: string) => declared.find((candidate) => mediaTypeOf(candidate) === wanted)
  return named(type) ?? named(range) ?? named('*/*')
}

/** The declared content that a Content-Type header belongs to. */
export function contentFor<T extends Pick<MediaSchema, 'mediaType'>>(
  contents: readonly T[],
  contentType: string | undefined,
): T | undefined {
  const declared = contents.map((content) => content.mediaType)
  const match = matchMediaType(contentType, declared)
  return contents.find((content) => content.mediaType === match)
}

export function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json')
}

/**
 * The media type that a client likes best of those that are offered (RFC 9110, section 12.5.1), or undefined when it
 * takes none of them. Without an Accept header, and among equals, the first.
 */
export function negotiate(accept: string | undefined, mediaTypes: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '' || accept === '*/*') return mediaTypes[0]
  const taken = new Negotiator({ headers: { accept } }).mediaTypes([...mediaTypes])
  // Negotiator sorts equals by the order in the Accept header, which carries no preference; the declared order decides.
  const best = Math.max(...taken.map((type) => qualityOf(type, accept)))
  return mediaTypes.find((type) => taken.includes(type) && qualityOf(type, accept) === best)
}

/** The weight that an Accept header gives a media type: that of the most specific range that it belongs to. */
function qualityOf(mediaType: string, accept: string): number {
  const ranges = new Map(
    accept.split(',').map((text) => {
      const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return [range, weight === undefined ? 1 : Number(weight)] as const
    }),
  )
  const type = mediaTypeOf(mediaType) ?? mediaType
  return ranges.get(type) ?? ranges.get(`${type.split('/', 1)[0]}/*`) ?? ranges.get('*/*') ?? 0
}
