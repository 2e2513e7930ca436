import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

export interface FrontDoor {
  /** Takes requests from the first moment on, and has them wait until there is someone to answer. */
  readonly listener: RequestListener
  open(to: RequestListener): void
}

/** So that the port is known to be free before anything else is touched. */
export function createFrontDoor(): FrontDoor {
  let answering: RequestListener | undefined
  const waiting: [IncomingMessage, ServerResponse][] = []
  return {
    listener: (request, response) => {
      if (answering === undefined) waiting.push([request, response as ServerResponse])
      else answering(request, response)
    },
    open(to) {
      answering = to
      for (const [request, response] of waiting.splice(0)) to(request, response)
    },
  }
}
