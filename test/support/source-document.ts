import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const FOLDER = new URL('../providers/sources/', import.meta.url)

/** A part of a source document as it stands there, and what it is. */
export type SourceRow =
  | { readonly kind: 'says'; readonly text: string; readonly proof: readonly string[] }
  /** States nothing: a heading, or a link. */
  | { readonly kind: 'heading' | 'navigation'; readonly text: string }
  | SourceSample

export type SampleKind = (typeof SAMPLE_KINDS)[number]

/** Code to run, or JSON that shows a message. */
export interface SourceSample {
  readonly kind: SampleKind
  readonly text: string
  /** What it calls or shows. */
  readonly of: string
}

export const SAMPLE_KINDS = ['curl', 'javascript', 'express', 'json-request', 'json-answer', 'event'] as const

export interface SourceDocument {
  readonly name: string
  /** The whole source text. */
  readonly text: string
  readonly rows: readonly SourceRow[]
}

interface WrittenRow {
  readonly says?: string
  readonly proof?: string | readonly string[]
  readonly heading?: string
  readonly navigation?: string
  readonly sample?: string
  readonly kind?: SampleKind
  readonly of?: string
}

function readRow(row: WrittenRow): SourceRow {
  if (row.says !== undefined) return { kind: 'says', text: row.says, proof: [row.proof ?? []].flat() }
  if (row.heading !== undefined) return { kind: 'heading', text: row.heading }
  if (row.navigation !== undefined) return { kind: 'navigation', text: row.navigation }
  if (row.sample !== undefined && SAMPLE_KINDS.some((kind) => kind === row.kind))
    return { kind: row.kind as SampleKind, text: row.sample, of: row.of ?? '' }
  throw new Error(`no row of a source document: ${JSON.stringify(row)}`)
}

/** The documents that the providers were written from, each with its table of what it says. */
export function sourceDocuments(): readonly SourceDocument[] {
  const texts = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'))
  return texts.toSorted().map((file) => {
    const name = file.slice(0, -'.txt'.length)
    const rows: readonly WrittenRow[] = parse(readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8'))
    return { name, text: readFileSync(new URL(file, FOLDER), 'utf8'), rows: rows.map(readRow) }
  })
}

export function samplesOf(document: string, ...kinds: readonly SampleKind[]): readonly SourceSample[] {
  const found = sourceDocuments().find(({ name }) => name === document)
  return (found?.rows ?? []).filter(
    (row): row is SourceSample => row.kind in SAMPLES && kinds.some((kind) => kind === row.kind),
  )
}

const SAMPLES: Readonly<Record<string, true>> = Object.fromEntries(SAMPLE_KINDS.map((kind) => [kind, true]))
