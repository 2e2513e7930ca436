const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text for people: what is not valid UTF-8 is shown as `\xff`. */
export function printable(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return printableBytes(bytes)
  }
}

function printableBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const [shown, length] = characterAt(bytes, at)
    text += shown
    at += length
  }
  return text
}

/** The longest valid character first; a byte that begins none is escaped. */
function characterAt(bytes: Uint8Array, at: number): readonly [shown: string, length: number] {
  for (const length of [1, 2, 3, 4]) {
    try {
      return [strictUtf8.decode(bytes.subarray(at, at + length)), length]
    } catch {}
  }
  return [`\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`, 1]
}
