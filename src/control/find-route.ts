import { matchPath } from '../contract/match-path.ts'
import type { ControlRoute } from './control-call.ts'
import { ControlProblem } from './control-problem.ts'

export interface FoundRoute {
  readonly route: ControlRoute
  readonly path: Readonly<Record<string, string>>
}

/** The route of a request. @throws ControlProblem 404 with what there is, 405 with what is allowed */
export function findRoute(routes: readonly ControlRoute[], method: string, path: string): FoundRoute {
  const here = routes.flatMap((route) => {
    const match = matchPath(route.path, path)
    return match === undefined ? [] : [{ route, path: match }]
  })
  // HEAD is GET without its body, which node leaves out.
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = here.find(({ route }) => route.method === wanted)
  if (found !== undefined) return { route: found.route, path: decoded(found.path) }
  if (here.length > 0) throw notAllowed(method, path, here)
  throw new ControlProblem(
    404,
    'unknown-route',
    `There is no ${method} /_mock${path}; see "routes" for what there is.`,
    {
      routes: routes.map((route) => `${route.method} /_mock${route.path}`),
    },
  )
}

function notAllowed(method: string, path: string, here: readonly FoundRoute[]): ControlProblem {
  const methods = here.map(({ route }) => route.method)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  return new ControlProblem(
    405,
    'method-not-allowed',
    `/_mock${path} does not take ${method}, only ${allow}.`,
    {
      headers: { Allow: allow },
    },
  )
}

function decoded(path: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(Object.entries(path).map(([name, text]) => [name, decodeURIComponent(text)]))
  } catch {
    throw new ControlProblem(400, 'bad-request', 'The path is not percent-encoded UTF-8.')
  }
}
