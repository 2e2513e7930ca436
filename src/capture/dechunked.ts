/** What a chunked body (RFC 9112, section 7.1) decodes to; undefined where the bytes are not chunked. */
export function dechunked(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let place = 0
  for (;;) {
    const end = bytes.indexOf('\r\n', place)
    const [, size] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(bytes.toString('latin1', place, end)) ?? []
    if (end < 0 || size === undefined) return undefined
    const length = Number.parseInt(size, 16)
    const from = end + 2
    if (length === 0) return Buffer.concat(parts)
    if (bytes.toString('latin1', from + length, from + length + 2) !== '\r\n') return undefined
    parts.push(bytes.subarray(from, from + length))
    place = from + length + 2
  }
}
