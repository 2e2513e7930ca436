/** Signatures of the right form that do not hold: for receivers that should look closer. */
export function spoiltBytes(signature: Buffer): Buffer {
  const spoilt = Buffer.from(signature)
  // The last byte: the first ones say, in some forms, what and how long it is.
  const last = spoilt.length - 1
  if (last >= 0) spoilt.writeUInt8(spoilt.readUInt8(last) ^ 1, last)
  return spoilt
}

/** A JSON Web Token whose header and claims are as they were. */
export function spoiltToken(token: string): string {
  const end = token.lastIndexOf('.') + 1
  return token.slice(0, end) + spoiltBytes(Buffer.from(token.slice(end), 'base64url')).toString('base64url')
}

const NEXT: readonly (readonly [kind: RegExp, first: string, last: string])[] = [
  [/[0-9]/, '0', '9'],
  [/[a-z]/, 'a', 'z'],
  [/[A-Z]/, 'A', 'Z'],
]

/** The same text but for its last character. */
export function spoiltText(text: string): string {
  const last = text.slice(-1)
  const [, first, end] = NEXT.find(([kind]) => kind.test(last)) ?? [undefined, 'x', last]
  const next = last === end ? first : String.fromCharCode(last.charCodeAt(0) + 1)
  return text.slice(0, -1) + next
}
