import { parsedJson } from '../../core/json.ts'

/** The bytes of a JSON text outside its strings, with white space taken out and, where wanted, put in. */
function respaced(text: string, after: string): string {
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]|\s+/gs) ?? []
  return pieces
    .filter((piece) => piece.trim() !== '')
    .map((piece) => (piece === ',' || piece === ':' ? piece + after : piece))
    .join('')
}

/**
 * The same JSON in other bytes, as a program makes them that parses and writes again: other white space, and nothing
 * else, so that numbers beyond what a program can hold stay as they are. Null where it is no JSON.
 */
export function rewritten(body: Uint8Array): Buffer | null {
  const text = Buffer.from(body).toString('utf8')
  if (parsedJson(text) === undefined) return null
  const other = [respaced(text, ' '), respaced(text, '')].find((one) => one !== text) ?? `${text}\n`
  return Buffer.from(other)
}
