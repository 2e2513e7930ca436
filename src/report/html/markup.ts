/** Text that is markup already. Made by {@link markup} alone, so nothing gets into a page unescaped. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | null | false | readonly Part[]

/** A template whose values are escaped unless they are markup; lists are joined, null and false are nothing. */
export function markup(parts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(
    parts.reduce(
      (text, part, index) => text + part + (index < values.length ? written(values[index] ?? null) : ''),
      '',
    ),
  )
}

function written(value: Part): string {
  if (value === null || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(written).join('')
  return String(value).replaceAll(UNSAFE, (character) => ENTITIES[character] ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Besides what is markup: control characters, which no HTML text may hold. */
const UNSAFE = /[&<>"']|(?![\t\n])\p{Cc}/gu
