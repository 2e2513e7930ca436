/** Characters of what a refused request is answered. */
const LONGEST_REFUSAL = 64 * 1024

/** What no answer to anything may be. */
export function answerComplaints(answer: string, status: number | null, isLate: boolean): readonly string[] {
  return [
    ...(isLate ? ['no end of the answer within 10 s'] : []),
    ...(status !== null && status >= 400 && answer.length > LONGEST_REFUSAL
      ? [`an answer ${status} of ${answer.length} characters: ${answer.slice(0, 300)}`]
      : []),
    ...(answer.includes('<pre>Cannot ') ? [`a page of express: ${answer.slice(0, 500)}`] : []),
    ...(showsStack(answer) ? [`a stack trace: ${answer.slice(0, 500)}`] : []),
  ]
}

export function showsStack(text: string): boolean {
  return /\n\s+at \S+ \(|node_modules\/|\.[jt]s:\d+:\d|node:internal/.test(text)
}
