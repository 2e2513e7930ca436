/** The ids in a JSON text, digit by digit: JSON.parse would round them. */
export function exactDigits(text: string): readonly string[] {
  return [...text.matchAll(/"id":(\d+)[,}]/g)].map(([, digits = '']) => digits)
}
