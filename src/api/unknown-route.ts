import type { NextFunction, Request, Response } from 'express'
import type { Provider } from '../spec/provider.ts'

/** Answers what nobody else did: which providers are where. */
export function unknownRoute(providers: readonly Provider[], origin: () => string) {
  return (request: Request, response: Response): void => {
    const known = providers.map(({ id, title, basePath }) => ({ id, title, url: `${origin()}${basePath}` }))
    const isIndex = request.path === '/'
    response
      .status(isIndex ? 200 : 404)
      .type(isIndex ? 'application/json' : 'application/problem+json')
      .send(
        JSON.stringify(
          {
            ...(isIndex
              ? { title: 'hookproof' }
              : {
                  title: 'No such route',
                  status: 404,
                  detail: `${request.method} ${request.originalUrl} belongs to no provider. They stand at the addresses below.`,
                }),
            providers: known,
            control: `${origin()}/_mock`,
          },
          null,
          2,
        ),
      )
  }
}

/** A request that could not even be read; never a stack trace. */
export function unreadableRequest(
  error: unknown,
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  if (response.headersSent) {
    // express would print a stack trace.
    response.destroy()
    return
  }
  const status = (error as { status?: number }).status === 400 || error instanceof URIError ? 400 : 500
  const detail =
    status === 400
      ? 'The address or the head of the request is malformed.'
      : 'The request could not be handled.'
  const title = status === 400 ? 'Bad request' : 'Internal error'
  response.status(status).type('application/problem+json').send(JSON.stringify({ title, status, detail }))
}
