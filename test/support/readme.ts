import { readFileSync } from 'node:fs'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

export interface Block {
  readonly language: string
  readonly text: string
}

/** The fenced blocks of the README, in their order. */
export const blocks: readonly Block[] = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', text = '']) => ({ language, text }),
)

/** The rows of the first table below a heading, cell by cell, without the head. */
export function table(heading: string): readonly (readonly string[])[] {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

/** What differs from run to run, made the same. */
export function settled(text: string): string {
  return text
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
    .replaceAll(/\d{2}:\d{2}:\d{2}/g, 'HH:MM:SS')
    .replaceAll(/\(\d+ms\)/g, '(Nms)')
    .replaceAll(/evt_\w+/g, 'evt_ID')
    .replaceAll(/sha256=[0-9a-f]{64}/g, 'sha256=DIGEST')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/ --server http:\S+/g, '')
    .trim()
}
