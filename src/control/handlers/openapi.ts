import { CONTROL_DOCUMENT } from '../../spec/shipped.ts'
import type { ControlHandler } from '../call.ts'
import { type OpenApiFormat, sendDocument } from '../openapi.ts'

/** The control API's own document, at this mock's address. */
export const readOpenApi =
  (format: OpenApiFormat): ControlHandler =>
  ({ origin }) => ({
    stream: (response) =>
      sendDocument(response, { file: CONTROL_DOCUMENT, format, mount: origin, keywords: true }),
  })
