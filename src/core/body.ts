/** Bytes as they are kept and shown: as text where they are valid UTF-8, else in base64. */
export interface Body {
  readonly encoding: 'utf8' | 'base64'
  readonly text: string
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function toBody(bytes: Uint8Array): Body {
  try {
    return { encoding: 'utf8', text: strictUtf8.decode(bytes) }
  } catch {
    return { encoding: 'base64', text: Buffer.from(bytes).toString('base64') }
  }
}

/** The exact bytes that {@link toBody} was given. */
export function toBytes(body: Body): Buffer {
  return Buffer.from(body.text, body.encoding)
}
