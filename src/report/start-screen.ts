import { columns, counted, indent, type Style } from './terminal.ts'
/** What there is to know of a mock that has just started. */
export interface StartFacts {
  readonly version: string
  /** Of the process to signal: `npx` passes no SIGTERM on. */
  readonly pid: number
  readonly url: string
  readonly providers: readonly {
    readonly id: string
    readonly title: string
    /** Null where the document does not say which variant it is. */
    readonly variant: string | null
    readonly url: string
    readonly credentials: Readonly<Record<string, string>>
    /** Fields of the request that gets an access token; empty where the provider issues none. */
    readonly login: Readonly<Record<string, string>>
    readonly events: readonly string[]
  }[]
  /** Ids of the variants that come with hookproof and are not served. */
  readonly variants: readonly string[]
  readonly webhooks: readonly {
    readonly id: string
    readonly provider: string
    readonly url: string
    readonly secret: string
  }[]
  readonly clock: string
  readonly state: {
    /** Null: in memory. */
    readonly file: string | null
    readonly webhooks: number
    readonly events: number
    readonly deliveries: number
    readonly attempts: number
    readonly pending: number
  }
  readonly notices: readonly string[]
  /** An event that some webhook gets, with its account unless that is the first; null: none does. */
  readonly next: {
    readonly provider: string
    readonly event: string
    readonly account: string | null
  } | null
}

/** The first line of `--format json`. */
export function startJson(facts: StartFacts): string {
  return JSON.stringify({ type: 'ready', ...facts })
}

/** The first screen: where everything is, with what it is called, and what to do next. */
export function startScreen(facts: StartFacts, style: Style): string[] {
  const title = `${style('strong', `hookproof ${facts.version}`)}  ${style('name', facts.url)}`
  return [
    '',
    title,
    '',
    ...section('Providers', providerRows(facts, style), style),
    ...section('Variants', variantLines(facts), style),
    ...section('Webhooks', webhookRows(facts, style), style),
    ...section('State', [stateText(facts.state)], style),
    ...(facts.clock === 'real' ? [] : section('Clock', [clockText(facts.clock)], style)),
    ...section('Notice', facts.notices, style),
    ...section('Next', nextSteps(facts), style),
    style('quiet', 'Ready. Stop with ^C.'),
    '',
  ]
}

const MARGIN = '  '

const TITLE_WIDTH = 11

/** A title in the margin, its lines beside it, and an empty line below; nothing where there are no lines. */
function section(title: string, lines: readonly string[], style: Style): string[] {
  if (lines.length === 0) return []
  const [first = '', ...rest] = lines
  const head = `${MARGIN}${style('quiet', title.padEnd(TITLE_WIDTH))}${first}`
  return [head, ...indent(rest, MARGIN + ' '.repeat(TITLE_WIDTH)), '']
}

function providerRows({ providers }: StartFacts, style: Style): string[] {
  const rows = providers.flatMap(({ id, variant, url, credentials, login }) => {
    const headers = Object.entries(credentials).map(([name, value]) => `${name}: ${value}`)
    // An id with an @ says it already.
    const isNamed = variant !== null && !id.includes('@')
    return [
      [
        style('strong', id),
        `${style('name', url)}${isNamed ? `  ${style('quiet', `variant ${variant}`)}` : ''}`,
      ],
      ...[...headers, ...loginLines(login)].map((line) => ['', style('quiet', line)]),
    ]
  })
  return columns(rows)
}

/** What else there is to start. */
function variantLines({ variants }: StartFacts): readonly string[] {
  return variants.length === 0 ? [] : [`${variants.join(', ')}: start with --provider NAME`]
}

/** What gets an access token, in one line, or nothing. */
function loginLines(login: Readonly<Record<string, string>>): readonly string[] {
  const fields = Object.entries(login).map(([name, value]) => `${name}=${value}`)
  return fields.length === 0 ? [] : [`login ${fields.join(' ')}`]
}

function webhookRows({ webhooks }: StartFacts, style: Style): string[] {
  return columns(
    webhooks.map(({ provider, url, secret }) => [
      style('strong', provider),
      style('name', url),
      style('quiet', `secret ${secret}`),
    ]),
  )
}

function stateText({ file, webhooks, events, deliveries, attempts, pending }: StartFacts['state']): string {
  if (file === null) return 'in memory, gone when it stops'
  if (webhooks + events + deliveries === 0) return `${file} (empty)`
  const counts = [
    counted(webhooks, 'webhook'),
    counted(events, 'event'),
    counted(deliveries, 'delivery', 'deliveries'),
    counted(attempts, 'attempt'),
    ...(pending === 0 ? [] : [`${pending} pending`]),
  ]
  return `${file} (${counts.join(', ')})`
}

function clockText(clock: string): string {
  return clock === 'virtual'
    ? 'virtual: it stands still until hookproof advance'
    : `${clock}: the schedule runs that much faster`
}

/** A ready-made command line, and what it takes to see something delivered. */
function nextSteps({ url, providers, webhooks, state, next }: StartFacts): string[] {
  const server = url.endsWith(':4010') ? '' : ` --server ${url}`
  if (next !== null) {
    const account = next.account === null ? '' : ` --account ${next.account}`
    return [`hookproof trigger ${next.provider} ${next.event}${account}${server}`]
  }
  const provider = providers.find(({ id }) => id === webhooks[0]?.provider) ?? providers[0]
  const event = provider?.events[0]
  if (provider === undefined || event === undefined) return []
  const trigger = `hookproof trigger ${provider.id} ${event}${server}`
  if (webhooks.length + state.webhooks > 0) return [trigger]
  return [
    trigger,
    'No webhook is registered yet: register one, or start with --forward-to http://127.0.0.1:3000.',
  ]
}
