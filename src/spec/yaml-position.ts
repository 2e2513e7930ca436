import type { Document, Node, visit } from 'yaml'
import { pointerSteps } from '../core/json.ts'

interface Found {
  readonly node: Node | null
  readonly offset: number
}

/** The offset where what a JSON pointer names begins: its key in a map, itself in a list, else its nearest parent's. */
export function startOf(document: Document, pointer: string): number {
  let here: Found = { node: document.contents as Node | null, offset: 0 }
  for (const step of pointerSteps(pointer)) {
    const next = child(document, here.node, step)
    if (next === undefined) return here.offset
    here = next
  }
  return here.offset
}

/** The offset of the first alias that leads nowhere; else of the first alias; 0 where there is none. */
export function looseAlias(document: Document, walk: typeof visit): number {
  const aliases: { readonly offset: number; readonly isLoose: boolean }[] = []
  walk(document, {
    Alias(_, node) {
      aliases.push({ offset: node.range?.[0] ?? 0, isLoose: node.resolve(document) === undefined })
    },
  })
  return (aliases.find(({ isLoose }) => isLoose) ?? aliases[0])?.offset ?? 0
}

function child(document: Document, node: Node | null, step: string): Found | undefined {
  const items = (resolved(document, node) as { items?: unknown } | null)?.items
  if (!Array.isArray(items)) return undefined
  const pair = items.find((item) => isPair(item) && textOf(item.key) === step)
  if (pair !== undefined) return { node: pair.value, offset: pair.key.range?.[0] ?? 0 }
  const item = items.some(isPair) ? undefined : (items[Number(step)] as Node | undefined)
  return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 }
}

function resolved(document: Document, node: Node | null): Node | null {
  const alias = node as { resolve?: (document: Document) => Node | undefined } | null
  return typeof alias?.resolve === 'function' ? (alias.resolve(document) ?? null) : node
}

function textOf(node: Node | null): string | undefined {
  const value = (node as { value?: unknown } | null)?.value
  return value === undefined || value === null ? undefined : String(value)
}

function isPair(item: unknown): item is { key: Node; value: Node | null } {
  return typeof item === 'object' && item !== null && 'key' in item
}
