/** A line that stays below all others on a terminal. */
export interface BottomLine {
  readonly columns: () => number
  /** Null takes it away. */
  show(line: string | null): void
}

const ERASE = '\r\u001b[K'

/** @param write writes to the terminal, without a line break of its own. */
export function createBottomLine(
  write: (text: string) => void,
  columns: () => number,
): BottomLine & { /** Writes lines above it. */ above(print: () => void): void } {
  let shown: string | null = null
  return {
    columns,
    show(line) {
      if (line === shown) return
      write(`${shown === null ? '' : ERASE}${line ?? ''}`)
      shown = line
    },
    above(print) {
      if (shown === null) return print()
      write(ERASE)
      print()
      write(shown)
    },
  }
}
