const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 * 1024 }

/** Bytes of `512b`, `64kb`, `5mb`; undefined when the text is no size. */
export function readSize(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+)(b|kb|mb)$/.exec(text) ?? []
  const factor = UNITS[unit]
  return factor === undefined ? undefined : Number(amount) * factor
}

/** The shortest way to write it: `512b`, `64kb`, `5mb`. */
export function formatSize(bytes: number): string {
  const [unit = 'b', factor = 1] =
    Object.entries(UNITS).findLast(([, factor]) => bytes >= factor && bytes % factor === 0) ?? []
  return `${bytes / factor}${unit}`
}
