import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { junitReport } from '../../../src/report/junit.ts'
import {
  brokenScenario,
  deliveryView,
  failedScenario,
  failedStep,
  mixedRun,
  runOf,
  scenario,
  skippedScenario,
  step,
  unreadableScenario,
} from './run-results.ts'

interface Node {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Node[]
}

/** As a parser reads it that is not the one that wrote it. */
const READ = `
import json, sys, xml.etree.ElementTree as tree
def node(e): return {'tag': e.tag, 'attributes': e.attrib, 'text': e.text or '', 'children': [node(c) for c in e]}
print(json.dumps(node(tree.fromstring(sys.stdin.buffer.read()))))
`
function parse(xml: string): Node {
  return JSON.parse(execFileSync('python3', ['-c', READ], { input: xml, encoding: 'utf8' })) as Node
}

/** The part of the JUnit schemas that the common readers agree on: which attributes are required, which allowed. */
const SHAPE: Readonly<
  Record<
    string,
    { required: readonly string[]; allowed: readonly string[]; children: readonly string[]; least: number }
  >
> = {
  testsuites: {
    required: ['tests', 'failures', 'errors', 'time'],
    allowed: ['name', 'skipped', 'timestamp'],
    children: ['testsuite'],
    least: 0,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp'],
    allowed: ['file'],
    children: ['properties', 'testcase'],
    least: 2,
  },
  properties: { required: [], allowed: [], children: ['property'], least: 1 },
  property: { required: ['name', 'value'], allowed: [], children: [], least: 0 },
  testcase: {
    required: ['name', 'classname', 'time'],
    allowed: ['file', 'line'],
    children: ['skipped', 'failure', 'error'],
    least: 0,
  },
  skipped: { required: [], allowed: ['message'], children: [], least: 0 },
  failure: { required: ['message', 'type'], allowed: [], children: [], least: 0 },
  error: { required: ['message', 'type'], allowed: [], children: [], least: 0 },
}
const FORMS: Readonly<Record<string, RegExp>> = {
  tests: /^\d+$/,
  failures: /^\d+$/,
  errors: /^\d+$/,
  skipped: /^\d+$/,
  time: /^\d+\.\d{3}$/,
  timestamp: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/,
  line: /^[1-9]\d*$/,
  name: /\S/,
}

function complaints(node: Node): readonly string[] {
  const shape = SHAPE[node.tag]
  if (shape === undefined) return [`<${node.tag}> is unknown`]
  const names = Object.keys(node.attributes)
  const isForm = (name: string) => (FORMS[name] ?? /^/).test(node.attributes[name] ?? '')
  return [
    ...shape.required.filter((name) => !names.includes(name)).map((name) => `${node.tag} has no ${name}`),
    ...names
      .filter((name) => ![...shape.required, ...shape.allowed].includes(name))
      .map((name) => `${node.tag} has ${name}`),
    ...names.filter((name) => !isForm(name)).map((name) => `${node.tag} ${name}="${node.attributes[name]}"`),
    ...node.children
      .filter(({ tag }) => !shape.children.includes(tag))
      .map(({ tag }) => `<${tag}> in ${node.tag}`),
    ...(node.children.length < shape.least ? [`${node.tag} has too few parts`] : []),
    ...node.children.flatMap(complaints),
  ]
}

const suitesOf = (xml: string) => parse(xml).children
const casesOf = (suite: Node | undefined) => (suite?.children ?? []).filter(({ tag }) => tag === 'testcase')

describe('junitReport', () => {
  it('has the form that CI systems read', () => {
    expect(complaints(parse(junitReport(mixedRun)))).toEqual([])
    expect(complaints(parse(junitReport(runOf())))).toEqual([])
  })

  it('counts failures, errors and skipped ones, in the whole and in each suite', () => {
    const root = parse(junitReport(mixedRun))
    expect(root.attributes).toEqual({
      name: 'hookproof',
      tests: '9',
      failures: '1',
      errors: '2',
      skipped: '2',
      time: '2.500',
      timestamp: '2026-10-12T14:32:15',
    })
    const counts = root.children.map(({ attributes: { tests, failures, errors, skipped } }) =>
      [tests, failures, errors, skipped].join(),
    )
    expect(counts).toEqual(['2,0,0,0', '3,1,0,1', '2,0,1,0', '1,0,1,0', '1,0,0,1'])
    const really = root.children.map((suite) =>
      [
        casesOf(suite).length,
        ...['failure', 'error', 'skipped'].map(
          (tag) =>
            casesOf(suite).filter(({ children }) => children.some((child) => child.tag === tag)).length,
        ),
      ].join(),
    )
    expect(really).toEqual(counts)
  })

  it('says what failed, where, and how it went', () => {
    const [, failed] = casesOf(suitesOf(junitReport(runOf(failedScenario)))[0])
    expect(failed).toEqual({
      tag: 'testcase',
      attributes: {
        name: '2. expect delivery of note',
        classname: 'acme.down, then up',
        time: '0.003',
        file: 'scenarios/down.yaml',
        line: '12',
      },
      text: expect.any(String),
      children: [
        {
          tag: 'failure',
          attributes: { message: 'attempts: expected 4, got 3 (and 1 more)', type: 'expectation' },
          text: [
            'attempts  expected  4',
            '          but got   3',
            'status    expected  exhausted',
            '          but got   succeeded',
            'note.created --> http://127.0.0.1:3000/hooks [del_1]',
            '  succeeded, 3 attempts',
            '  1  +0s                 [503]        12ms',
            '  2  +10s    10s later   [timed out]  12ms  no answer within 1s',
            '  3  +1m11s  1m1s later  [200]        12ms',
            '',
            'run it again: npx hookproof run scenarios/down.yaml --seed 42',
          ].join('\n'),
          children: [],
        },
      ],
    })
  })

  it('calls what could not be checked an error, with or without a step that says so', () => {
    const [app, typo] = suitesOf(junitReport(runOf(brokenScenario, unreadableScenario)))
    expect(casesOf(app)[1]?.children[0]).toMatchObject({
      tag: 'error',
      attributes: { message: 'Failed to reach http://127.0.0.1:9: ECONNREFUSED.', type: 'broken' },
    })
    expect(casesOf(typo)).toMatchObject([
      {
        attributes: { name: 'scenarios/typo.yaml', file: 'scenarios/typo.yaml', line: '4' },
        children: [{ tag: 'error' }],
      },
    ])
    expect(casesOf(suitesOf(junitReport(runOf(skippedScenario)))[0])[0]?.children).toMatchObject([
      { tag: 'skipped', attributes: { message: 'an earlier scenario failed' } },
    ])
  })

  it('has what was run of a scenario that was interrupted, and why the rest was not', () => {
    const interrupted = scenario({
      status: 'skipped',
      reason: 'interrupted',
      steps: [step(1), step(2, { status: 'skipped' })],
    })
    const cases = casesOf(suitesOf(junitReport(runOf(interrupted)))[0])
    expect(
      cases.map(({ children }) => children.map(({ tag, attributes }) => [tag, attributes.message])),
    ).toEqual([[], [['skipped', undefined]], [['skipped', 'interrupted']]])
  })

  it('tells seed, clock and version, and nothing of the machine', () => {
    process.env.HOOKPROOF_TEST_CANARY = 'canary-value'
    const xml = junitReport(mixedRun)
    delete process.env.HOOKPROOF_TEST_CANARY
    const properties = suitesOf(xml).flatMap(({ children }) =>
      children.filter(({ tag }) => tag === 'properties').flatMap(({ children: all }) => all),
    )
    expect([...new Set(properties.map(({ attributes }) => attributes.name))]).toEqual([
      'seed',
      'clock',
      'version',
    ])
    expect(properties[0]?.attributes).toEqual({ name: 'seed', value: '42' })
    expect(xml).not.toContain('canary')
    expect(xml).not.toContain(process.cwd())
    expect(xml).not.toContain('sha256=secret')
  })

  it('survives whatever a payload holds', () => {
    const nasty = 'a\u0000\u0008\u001b[31m\ufffe\ud800 <b attr="x"> ]]> & \u{1f600}\nline\ttab'
    const bad = step(2, {
      ...failedStep,
      title: nasty,
      mismatches: [{ what: nasty, expected: nasty, actual: nasty }],
      deliveries: [deliveryView({ status: 'exhausted', reason: nasty })],
    })
    const [suite] = suitesOf(
      junitReport(runOf(scenario({ ...failedScenario, name: nasty, file: nasty, steps: [bad] }))),
    )
    expect(complaints(suite as Node)).toEqual([])
    // What a mismatch shows is written out, so that it can be read; elsewhere they are left out.
    expect(JSON.stringify(suite).replaceAll('\\\\u', '')).not.toMatch(/\\u[0-9a-f]{4}|\p{Co}|\p{Cs}|\ufffe/u)
    expect(casesOf(suite)[0]?.children[0]?.text).toContain('\\u0000\\u0008\\u001b[31m')
    expect(suite?.attributes.name).toBe('a[31m <b attr="x"> ]]> & \u{1f600}\nline\ttab')
  })

  it('shows no more than forty lines of a failure', () => {
    const long = {
      ...failedStep,
      mismatches: [],
      error: { message: Array(60).fill('it said').join('\n'), exitCode: 3 },
    }
    const [, failed] = casesOf(
      suitesOf(junitReport(runOf(scenario({ ...failedScenario, steps: [step(1), long] }))))[0],
    )
    const lines = (failed?.children[0]?.text ?? '').split('\n')
    expect(lines).toHaveLength(43)
    expect(lines.slice(40)).toEqual([
      '… 25 more lines',
      '',
      'run it again: npx hookproof run scenarios/down.yaml --seed 42',
    ])
  })
})
