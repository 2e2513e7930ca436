import { KEYWORDS, VALUE_SOURCES } from '../../../src/spec/vocabulary.ts'
import { KEYWORD_FIELDS } from '../../../src/spec/vocabulary-schema.ts'

/** openapi/README.md with its tables made anew from the rows of the vocabulary. */
export function withTables(readme: string): string {
  const fields = KEYWORDS.map((keyword) => {
    const rows = Object.entries(KEYWORD_FIELDS[keyword]).map(([name, { about, fallback }]) => [
      `\`${name}\``,
      about,
      fallback,
    ])
    return [`### ${keyword}`, ['field', 'meaning', 'default'], rows] as const
  })
  const sources = Object.entries(VALUE_SOURCES).map(([source, about]) => [`\`${source}\``, about])
  return [...fields, ['#### Sources', ['source', 'value'], sources] as const].reduce(
    (text, [heading, columns, rows]) => {
      const [before, after] = text.split(`\n${heading}\n`)
      if (before === undefined || after === undefined) throw new Error(`openapi/README.md has no ${heading}`)
      const table = [columns, columns.map(() => '---'), ...rows].map((cells) => row(cells)).join('')
      // Words of introduction stay.
      return `${before}\n${heading}\n${after.replace(/(\|.*\n)+/, () => table)}`
    },
    readme,
  )
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`.replaceAll('|  |', '| |')
}
