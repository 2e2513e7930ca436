import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A Markdown document of the repository. */
export interface Document {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
  readonly sections: readonly Section[]
  /** The section with that title; fails where there is none, so that no check passes for want of one. */
  section(title: string): Section
}

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
  /** The cells of each row of each table, without the head. */
  readonly rows: readonly (readonly string[])[]
}

export interface Block {
  readonly language: string
  /**
   * Of an output: whose it is, `start` or `listen`; empty for that of the commands just before. Of anything else: the name
   * of the file that it is.
   */
  readonly of: string
  readonly text: string
}

/** Every document: in the root, and in the folders below it that have one. */
export const DOCUMENTS: readonly string[] = ['', 'openapi/', 'scenarios/', 'src/', 'test/'].flatMap(
  (folder) =>
    readdirSync(`${ROOT}/${folder}`)
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${folder}${file}`),
)

export function readDocument(path: string): Document {
  const text = readFileSync(`${ROOT}/${path}`, 'utf8')
  const sections = sectionsOf(text)
  return {
    path,
    text,
    sections,
    section(title) {
      const found = sections.find((one) => one.title === title)
      if (found === undefined) throw new Error(`${path} has no section "${title}"`)
      return found
    },
  }
}

/** The headings outside of code, each with what stands below it up to the next one. */
function sectionsOf(text: string): readonly Section[] {
  const parts: { readonly title: string; readonly lines: string[] }[] = []
  let isCode = false
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode
    const [, title] = (isCode ? null : /^#+ (\S.*)$/.exec(line)) ?? []
    if (title === undefined) parts.at(-1)?.lines.push(line)
    else parts.push({ title, lines: [] })
  }
  return parts.map(({ title, lines }) => {
    const body = lines.join('\n')
    return { title, blocks: blocksOf(body), rows: rowsOf(body) }
  })
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+) ?([\w.]*)\n(.*?)^```$/gms)].map(
    ([, language = '', of = '', inside = '']) => ({ language, of, text: inside }),
  )
}

function rowsOf(text: string): readonly (readonly string[])[] {
  const tables = [...text.matchAll(/^\|.*\|\n\| ---.*\n((?:\|.*\|\n?)*)/gm)]
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
    .replaceAll(/ {2}[\d.]+m?s(?=$| {2})/gm, '  TOOK')
    .replaceAll(/\bin [\d.]+m?s, seed/g, 'in TOOK, seed')
    .replaceAll(/\bseed [a-z0-9]{8}\b/g, 'seed SEED')
    .replaceAll(/\b(evt|del|whk|att)_[a-z0-9]+/g, '$1_ID')
    .replaceAll(/\b(whsec|wh)_[0-9a-f]+/g, '$1_HEX')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HEX')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .trim()
}
