import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { AttemptView } from '../../../../src/api/views.ts'
import { htmlReport } from '../../../../src/report/html/page.ts'
import { timeScale } from '../../../../src/report/html/timeline.ts'
import {
  attemptView,
  brokenScenario,
  deliveryView,
  failedScenario,
  iso,
  mixedRun,
  runOf,
  scenario,
  step,
} from '../run-results.ts'

const HOUR = 3_600_000

/** Tags and attributes as a parser sees them, and whatever a page could load or run. */
const READ = `
import json, sys
from html.parser import HTMLParser
class Page(HTMLParser):
    def __init__(self):
        super().__init__(); self.tags = []; self.open = []; self.text = []; self.wrong = []
    def handle_starttag(self, tag, attrs):
        self.tags.append([tag, dict(attrs)])
        if tag not in ('meta', 'line', 'circle'): self.open.append(tag)
    def handle_startendtag(self, tag, attrs): self.tags.append([tag, dict(attrs)])
    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag: self.wrong.append(tag)
    def handle_data(self, data): self.text.append(data)
page = Page(); page.feed(sys.stdin.read())
print(json.dumps({'tags': page.tags, 'wrong': page.wrong + page.open, 'text': ''.join(page.text)}))
`
interface Page {
  readonly tags: readonly [tag: string, attributes: Readonly<Record<string, string>>][]
  readonly wrong: readonly string[]
  readonly text: string
}
const read = (html: string): Page =>
  JSON.parse(execFileSync('python3', ['-c', READ], { input: html, encoding: 'utf8' })) as Page
const tagsOf = (page: Page, wanted: string, cssClass?: string) =>
  page.tags.filter(
    ([tag, attributes]) =>
      tag === wanted && (cssClass === undefined || (attributes.class ?? '').split(' ').includes(cssClass)),
  )

describe('htmlReport', () => {
  it('is one whole page that loads nothing and runs nothing', () => {
    const html = htmlReport(mixedRun)
    const page = read(html)
    expect(page.wrong).toEqual([])
    const loading = page.tags.filter(
      ([tag, attributes]) =>
        ['script', 'link', 'img', 'iframe', 'object', 'embed', 'base', 'form', 'image', 'use'].includes(
          tag,
        ) || Object.keys(attributes).some((name) => /^(src|href|xlink:href|srcset|on\w+)$/.test(name)),
    )
    expect(loading).toEqual([])
    expect(html).not.toMatch(/@import|url\(/)
    expect(html).toContain('prefers-color-scheme: dark')
  })

  it('shows every scenario, open where something went wrong', () => {
    const page = read(htmlReport(mixedRun))
    expect(tagsOf(page, 'details', 'scenario').map(([, attributes]) => 'open' in attributes)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
    expect(tagsOf(page, 'span', 'chip').map(([, { class: name }]) => name)).toEqual([
      'chip passed',
      'chip failed',
      'chip broken',
      'chip broken',
      'chip skipped',
    ])
    for (const text of [
      '1 passed, 3 failed, 1 skipped - hookproof',
      '5 scenarios, 7 steps in 2.5s',
      'clock virtual · seed 42',
      'expect delivery of note scenarios/down.yaml:12:5',
      'Failed to reach http://127.0.0.1:9: ECONNREFUSED.',
      'Did you mean "steps"?',
      'an earlier scenario failed',
      'npx hookproof run scenarios/down.yaml --seed 42',
    ])
      expect(page.text).toContain(text)
  })

  it('sets the expected beside the actual', () => {
    const html = htmlReport(runOf(failedScenario))
    expect(html).toContain(
      '<span class="mono">attempts</span><span class="mono expected">4</span><span class="mono actual">3</span>',
    )
  })

  it('draws a lane for each delivery and a mark for each attempt, each with its outcome in words', () => {
    const deliveries = [
      deliveryView(),
      deliveryView({
        id: 'del_2',
        status: 'pending',
        attempts: [attemptView(1, HOUR, 429, { faults: ['duplicate'] }), attemptView(2, 2 * HOUR, null)],
        createdAt: iso(HOUR),
        nextAttemptAt: iso(24 * HOUR),
      }),
    ]
    const html = htmlReport(runOf(scenario({ deliveries })))
    const page = read(html)
    expect(tagsOf(page, 'g', 'lane')).toHaveLength(2)
    expect(tagsOf(page, 'g', 'mark').map(([, attributes]) => attributes.class)).toEqual([
      'mark bad',
      'mark bad',
      'mark good',
      'mark warn',
      'mark quiet',
    ])
    expect([...html.matchAll(/<title>(attempt [^<]*)/g)].map(([, title]) => title)).toEqual([
      'attempt 1 at +0s: 503 in 12ms',
      'attempt 2 at +10s: timed out in 12ms: no answer within 1s',
      'attempt 3 at +1m11s: 200 in 12ms',
      'attempt 1 at +1h: 429 in 12ms; faults: duplicate',
      'attempt 2 at +2h: in flight',
    ])
    expect(tagsOf(page, 'circle', 'faulty')).toHaveLength(1)
    expect(tagsOf(page, 'line', 'open')).toHaveLength(1)
    // The same in words, for those who do not see the picture.
    expect(page.text).toContain('note.createdhttp://127.0.0.1:3000/hooks3+1m11s20012mssucceeded')
  })

  it('names events and webhooks as the file does', () => {
    const delivery = deliveryView()
    const names = { [delivery.event.id]: 'first', [delivery.webhook.id]: 'app' }
    const page = read(htmlReport(runOf(scenario({ deliveries: [delivery], names }))))
    expect(page.text).toContain('first: note.created')
    expect(page.text).toContain('succeeded to app, 127.0.0.1:3000/hooks')
  })

  it('shows what was sent and answered where something went wrong, without what proves who sent it', () => {
    const delivery = deliveryView({ attempts: [withSecrets(attemptView(1, 0, 503))] })
    const failed = read(htmlReport(runOf(scenario({ status: 'failed', deliveries: [delivery] })))).text
    expect(failed).toContain('Authorization: ***')
    expect(failed).toContain('X-Api-Key: ***')
    expect(failed).toContain('X-Other: plain')
    expect(failed).toContain('<-- 503')
    expect(failed).toContain('(6000 more characters)')
    expect(failed).not.toContain('hush')
    const passed = read(htmlReport(runOf(scenario({ deliveries: [delivery] })))).text
    expect(passed).not.toContain('X-Other: plain')
  })

  it('draws the most telling ones of a burst, and counts the others', () => {
    const deliveries = Array.from({ length: 1_000 }, (_, i) =>
      deliveryView({
        id: `del_${i}`,
        createdAt: iso(i),
        status: i === 900 ? 'exhausted' : 'succeeded',
        attempts: [attemptView(1, i, i === 900 ? 500 : 200)],
      }),
    )
    const looked = step(1, { status: 'failed', deliveries: deliveries.slice(950, 951) })
    const html = htmlReport(runOf(scenario({ deliveries, steps: [looked] })))
    const page = read(html)
    expect(tagsOf(page, 'g', 'lane')).toHaveLength(16)
    expect(tagsOf(page, 'g', 'mark').filter(([, { class: name }]) => name === 'mark bad')).toHaveLength(1)
    expect(html).toContain('attempt 1 at +950ms: 200')
    expect(page.text).toContain('984 more deliveries not shown: 984 succeeded.')
    expect(html.length).toBeLessThan(50_000)
  })

  it('escapes whatever it is given', () => {
    const evil = '</style></title><script>alert(1)</script><img src=x onerror="x">\'"&\u0000\u001b[31m'
    const html = htmlReport({
      ...runOf(
        scenario({
          ...failedScenario,
          file: evil,
          name: evil,
          providers: [evil],
          seed: evil,
          clock: evil,
          reason: evil,
          reproduce: evil,
          steps: [
            step(1, {
              title: evil,
              status: 'failed',
              at: { file: evil },
              mismatches: [{ what: evil, expected: evil, actual: evil }],
              error: { message: evil, exitCode: 3 },
            }),
          ],
          deliveries: [
            deliveryView({
              reason: evil,
              event: { id: evil, providerId: evil, type: evil },
              webhook: { id: evil, providerId: evil, url: evil },
              attempts: [attemptView(1, 0, 'timed-out', { faults: [evil] })],
            }),
          ],
          violations: [
            { by: 'client', provider: evil, operation: evil, location: evil, rule: evil, message: evil },
          ],
        }),
        brokenScenario,
      ),
      version: evil,
    })
    const page = read(html)
    expect(page.wrong).toEqual([])
    expect(page.tags.filter(([tag]) => tag === 'script' || tag === 'img')).toEqual([])
    expect(page.text).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(page.text.split('<script>alert(1)</script>').length).toBeGreaterThan(20)
  })
})

describe('timeScale', () => {
  const page = { from: 0, to: 1_000, tickGap: 44 }

  it('is even where the waits are alike', () => {
    const scale = timeScale([0, 10_000, 20_000, 40_000], page)
    expect(scale.isEven).toBe(true)
    expect([0, 10_000, 15_000, 20_000, 40_000].map(scale.x)).toEqual([0, 250, 375, 500, 1_000])
  })

  it('keeps the first retries apart and the last on the page where they are not', () => {
    const instants = [0, 10_000, 70_000, HOUR, 24 * HOUR]
    const scale = timeScale(instants, page)
    expect(scale.isEven).toBe(false)
    const places = instants.map(scale.x)
    expect(places[0]).toBe(0)
    expect(places.at(-1)).toBe(1_000)
    const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0))
    for (const gap of gaps) expect(gap).toBeGreaterThan(40)
    expect([...gaps].sort((a, b) => a - b)).toEqual(gaps)
    expect(scale.ticks).toEqual(instants)
  })

  it('labels only what can be read, and survives one instant alone or a thousand', () => {
    expect(timeScale([0], page).ticks).toEqual([0])
    expect(timeScale([0], page).x(0)).toBe(0)
    expect(timeScale([], page).ticks).toEqual([0])
    const { ticks, x } = timeScale(
      Array.from({ length: 1_000 }, (_, i) => i * 3),
      page,
    )
    expect(ticks.length).toBeLessThan(24)
    expect(ticks.slice(1).every((tick, index) => x(tick) - x(ticks[index] ?? 0) >= 44)).toBe(true)
  })
})

function withSecrets(attempt: AttemptView): AttemptView {
  const headers = [
    ['Authorization', 'hush'],
    ['X-Api-Key', 'hush'],
    ['X-Other', 'plain'],
  ] as const
  return { ...attempt, request: { ...attempt.request, headers, body: 'x'.repeat(10_000) } }
}
