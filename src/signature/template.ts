import type { ContentScheme } from './keys.ts'

/** Text in which `{token}` stands for a value. There is no way to write a literal brace, and no provider needs one. */
type TemplatePart = { readonly text: string } | { readonly token: string }

const TOKEN = /\{([^{}]*)\}/g

const parsed = new Map<string, readonly TemplatePart[]>()

/** Templates stand in documents, so there are few; each is read once. */
function parseTemplate(template: string): readonly TemplatePart[] {
  const known = parsed.get(template) ?? readTemplate(template)
  parsed.set(template, known)
  return known
}

function readTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let end = 0
  for (const match of template.matchAll(TOKEN)) {
    if (match.index > end) parts.push({ text: template.slice(end, match.index) })
    parts.push({ token: match[1] ?? '' })
    end = match.index + match[0].length
  }
  if (end < template.length) parts.push({ text: template.slice(end) })
  return parts
}

export function usesToken(template: string, token: string): boolean {
  return template.includes(`{${token}}`)
}

export type TokenValue = string | Uint8Array

export function renderBytes(template: string, value: (token: string) => TokenValue): Buffer {
  return Buffer.concat(
    parseTemplate(template).map((part) => {
      const piece = 'text' in part ? part.text : value(part.token)
      return typeof piece === 'string' ? Buffer.from(piece) : piece
    }),
  )
}

export function renderText(template: string, value: (token: string) => string): string {
  return parseTemplate(template)
    .map((part) => ('text' in part ? part.text : value(part.token)))
    .join('')
}

/** The texts that a value has in the places of its template's tokens; undefined when it does not have that form. */
export function extract(template: string, value: string): Readonly<Record<string, string>> | undefined {
  const names: string[] = []
  const pattern = parseTemplate(template)
    .map((part) => {
      if ('text' in part) return literally(part.text)
      names.push(part.token)
      return '(.+?)'
    })
    .join('')
  const match = new RegExp(`^${pattern}$`, 's').exec(value.trim())
  return match === null ? undefined : Object.fromEntries(names.map((name, i) => [name, match[i + 1] ?? '']))
}

/** The digests in the value of `{signatures}`; those of another form (`v0=` beside `v1=`) are left out. */
export function digestsIn({ join, item = '{digest}' }: ContentScheme, signatures: string): readonly string[] {
  const items = join === undefined ? [signatures] : signatures.split(join === ' ' ? / +/ : join)
  return items.flatMap((text) => extract(item, text)?.digest ?? [])
}

/** A header as it should look, for people: `t=<timestamp>,v1=<digest>`. */
export function shapeOf({ item = '{digest}' }: Pick<ContentScheme, 'item'>, template: string): string {
  const whole = usesToken(template, 'signatures') ? template.replace('{signatures}', item) : template
  return whole.replaceAll(/\{([^{}]+)\}/g, '<$1>')
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
