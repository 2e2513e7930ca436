import { expect, it } from 'vitest'
import { type Campaign, runCampaign, describe as shown } from './engine.ts'
import type { Input, Surface, Target } from './surface.ts'

function surface(
  run: Target['run'],
  make: (number: number) => Input = (n) => ({ text: `some ${n}` }),
): Surface {
  let made = 0
  return {
    name: 'fake',
    share: 1,
    open: async () => ({
      width: 4,
      mayHoldMs: 250,
      make: () => make(made++),
      run,
      check: async () => [],
      renew: async () => [],
      [Symbol.asyncDispose]: async () => {},
    }),
  }
}

async function findings(one: Surface, inputs = 12, rest: Partial<Campaign> = {}) {
  return runCampaign({ seed: '1', inputs, surfaces: [one], note: () => {}, ...rest })
}

it('finds what fails, once for each kind, and makes it smaller', async () => {
  const bad = (n: number) => ({ text: n % 3 === 0 ? `before bug ${n} after` : `${n}` })
  const found = await findings(
    surface(async ({ text = '' }) => (text.includes('bug') ? [`it fails at ${text.length}`] : []), bad),
  )
  expect(found).toEqual([
    { surface: 'fake', number: 0, complaint: 'it fails at 18', input: { text: 'bug' }, isRepeatable: true },
  ])
  expect(found[0] && shown(found[0], '1')).toBe(
    'it fails at 18\n  text: "bug"\n  npm run fuzz -- --seed 1 --only fake --input 0',
  )
})

it('finds what holds the event loop each time, and nothing that held it once', async () => {
  // Its own processor time: on a busy machine it gets little of the time that passes.
  const hold = () => {
    const before = process.cpuUsage()
    for (;;) {
      const { user, system } = process.cpuUsage(before)
      if (user + system > 400_000) return
    }
  }
  let times = 0
  const run = (when: () => boolean) => async () => {
    // A timer that is late is what is measured.
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (when()) hold()
    return []
  }
  expect(
    await findings(
      surface(
        run(() => times++ === 0),
        () => ({}),
      ),
    ),
  ).toEqual([])
  const always = await findings(
    surface(
      run(() => true),
      () => ({}),
    ),
    1,
  )
  expect(always.map(({ complaint }) => complaint.replace(/\d+/, 'N'))).toEqual([
    'the event loop was held for N ms',
  ])
}, 60_000)

it('finds what nobody catches, and what was left behind', async () => {
  const thrown = await findings(
    surface(async ({ text }) => {
      // Later than its answer, as a listener would.
      if (text === 'some 5') void Promise.reject(new Error('nobody caught this'))
      return []
    }),
  )
  expect(thrown.map(({ complaint, isRepeatable }) => [complaint.split('\n')[0], isRepeatable])).toEqual([
    ['uncaught: Error: nobody caught this', true],
  ])
  const sick: Surface = {
    ...surface(async () => []),
    open: async () => ({
      ...(await surface(async () => []).open()),
      renew: async () => ['it answers no more'],
    }),
  }
  expect((await findings(sick)).map(({ complaint }) => complaint)).toEqual(['it answers no more'])
})
