/** A message that breaks the contract, with who broke it. */
export interface Violation {
  readonly by: 'client' | 'receiver' | 'mock'
  readonly provider: string
  readonly operation: string | null
  /** Where in the message: `body/url`, `query/page`, `header/x-api-key`. */
  readonly location: string
  /** The rule that was broken: a JSON Schema keyword or a word such as `media-type`. */
  readonly rule: string
  readonly message: string
}
