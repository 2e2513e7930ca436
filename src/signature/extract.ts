import type { ContentScheme } from './digest.ts'
import { parseTemplate, usesToken } from './template.ts'

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
