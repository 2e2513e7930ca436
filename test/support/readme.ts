import { readFileSync } from 'node:fs'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

export interface Block {
  readonly language: string
  /**
   * Of an output: whose it is, `start` or `listen`; empty for that of the commands just before. Of anything else: the name
   * of the file that it is.
   */
  readonly of: string
  readonly text: string
}

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
  /** The cells of each row of each table, without the head. */
  readonly rows: readonly (readonly string[])[]
}

export const sections: readonly Section[] = README.split(/^#+ (?=\S)/m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf('\n')), blocks: blocksOf(text), rows: rowsOf(text) }))

/** The section with that title; fails where there is none, so that no check passes for want of one. */
export function section(title: string): Section {
  const found = sections.find((one) => one.title === title)
  if (found === undefined) throw new Error(`README.md has no section "${title}"`)
  return found
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+) ?([\w.]*)\n(.*?)^```$/gms)].map(
    ([, language = '', of = '', inside = '']) => ({ language, of, text: inside }),
  )
}

function rowsOf(text: string): readonly (readonly string[])[] {
  const tables = [...text.matchAll(/^\|.*\|\n\| ---.*\n((?:\|.*\|\n)*)/gm)]
  return tables.flatMap(([, rows = '']) =>
    rows
      .trimEnd()
      .split('\n')
      .map((row) => row.slice(1, -1).split(/(?<!\\)\|/))
      .map((cells) => cells.map((cell) => cell.trim())),
  )
}

/** What differs from run to run, made the same. */
export function settled(text: string): string {
  return text
    .replaceAll(/ --server http:\S+/g, '')
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
    .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/g, 'TIME')
    .replaceAll(/\b\d{2}:\d{2}:\d{2}\b/g, 'HH:MM:SS')
    .replaceAll(/\(\d+ms\)/g, '(Nms)')
    .replaceAll(/ {2}[\d.]+m?s$/gm, '  TOOK')
    .replaceAll(/\bin [\d.]+m?s, seed/g, 'in TOOK, seed')
    .replaceAll(/\b(evt|del|whk|att)_[a-z0-9]+/g, '$1_ID')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HEX')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .trim()
}
