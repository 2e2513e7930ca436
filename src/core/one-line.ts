/** A text in one line, without control characters: terminals, annotations and lists of tests show it as a title. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
