import { describe, expect, it } from 'vitest'
import { MockError } from '../../../src/core/errors.ts'
import {
  below,
  describeIssue,
  issue,
  issueError,
  type Subject,
  singleErrors,
  throwAll,
  toErrors,
} from '../../../src/schema/issue.ts'

const SUBJECT: Subject = {
  action: 'load the menu',
  code: 'BAD_MENU',
  locate: (pointer) => ({ file: 'menu.yaml', line: pointer === '/soup' ? 2 : 7, column: 1, pointer }),
}

function thrown(work: () => void): MockError {
  try {
    work()
  } catch (error) {
    if (error instanceof MockError) return error
  }
  throw new Error('nothing was thrown')
}

describe('issues', () => {
  it('are errors in the order of the file, each once, with the code of the issue or of its subject', () => {
    const issues = [
      issue('/salad', 'it is empty', 'Add leaves.'),
      { ...issue('/soup', 'it is cold'), code: 'COLD' },
      issue('/salad', 'it is empty', 'Add leaves.'),
    ]
    const errors = toErrors(SUBJECT, issues)
    expect(errors.map(({ message }) => message)).toEqual([
      'menu.yaml:2:1 #/soup: Failed to load the menu: it is cold.',
      'menu.yaml:7:1 #/salad: Failed to load the menu: it is empty. Add leaves.',
    ])
    expect(errors.map(({ kind, code }) => [kind, code])).toEqual([
      ['input', 'COLD'],
      ['input', 'BAD_MENU'],
    ])
  })

  it('of a part become those of the whole', () => {
    expect(below('/menu/0', [issue('', 'it is cold'), issue('/salt', 'there is none')])).toEqual([
      issue('/menu/0', 'it is cold'),
      issue('/menu/0/salt', 'there is none'),
    ])
  })

  it('are described in a line', () => {
    expect(describeIssue(issue('/salt', 'there is none', 'Add some.'))).toBe(
      '/salt: there is none. Add some.',
    )
    expect(describeIssue(issue('', 'it is cold'))).toBe('it is cold.')
  })

  it('that come from no file are one error, the others in its hint', () => {
    const error = issueError({ action: 'read the menu', code: 'BAD_MENU' }, [
      issue('/soup', 'it is cold', 'Warm it.'),
      issue('/salt', 'there is none'),
    ])
    expect(error.message).toBe(
      'Failed to read the menu: it is cold. Warm it.\n1 more problem:\n  /salt: there is none.',
    )
  })
})

describe('several errors', () => {
  const errors = toErrors(SUBJECT, [
    issue('/soup', 'it is cold'),
    issue('/salad', 'it is empty'),
    issue('/bread', 'it is hard'),
  ])

  it('are thrown as the first with the others in its hint, and can be separated again', () => {
    const error = thrown(() => throwAll(errors))
    expect(error.message).toBe(
      'menu.yaml:2:1 #/soup: Failed to load the menu: it is cold. 2 more problems:\n' +
        '  menu.yaml:7:1 #/salad: Failed to load the menu: it is empty.\n' +
        '  menu.yaml:7:1 #/bread: Failed to load the menu: it is hard.',
    )
    expect(singleErrors(error)).toEqual(errors)
  })

  it('are thrown as they are where there is one, and not at all where there is none', () => {
    expect(thrown(() => throwAll(errors.slice(0, 1)))).toBe(errors[0])
    expect(singleErrors(errors[0] as MockError)).toEqual([errors[0]])
    expect(() => throwAll([])).not.toThrow()
  })
})
