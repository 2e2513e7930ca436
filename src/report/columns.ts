/** Rows with their cells aligned to the left; the last cell of a row is not padded. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell))
    })
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + padding(cell, widths[index] ?? 0)))
      .join(gap)
      .trimEnd(),
  )
}

export function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => (line === '' ? '' : `${by}${line}`))
}

/** `1 webhook`, `2 webhooks`, `2 deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences, and take no room on the screen
const COLOUR = /\u001b\[[0-9;]*m/g

function visibleWidth(text: string): number {
  return text.replaceAll(COLOUR, '').length
}

function padding(cell: string, width: number): string {
  return ' '.repeat(Math.max(0, width - visibleWidth(cell)))
}
