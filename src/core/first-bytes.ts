/** The first so many bytes at most, cut at a character's start, so that text stays text. */
export function firstBytes<T extends Uint8Array>(bytes: T, most: number): T {
  if (bytes.length <= most) return bytes
  let end = most
  while (end > most - 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end) as T
}
