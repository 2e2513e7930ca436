import { styleText } from 'node:util'

const FORMATS = {
  strong: 'bold',
  quiet: 'gray',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  name: 'cyan',
} as const
export type Tone = keyof typeof FORMATS

/** Gives a text its tone: colours on a terminal, the text itself elsewhere. */
export type Style = (tone: Tone, text: string) => string

export const PLAIN: Style = (_tone, text) => text

/** `validateStream: false`: whether there are colours was decided by whoever asks, not by Node's own stdout. */
export const COLOURED: Style = (tone, text) => styleText(FORMATS[tone], text, { validateStream: false })

/** Colours for a terminal only, and never where NO_COLOR is set (no-color.org: to anything but the empty string). */
export function chooseStyle(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return isTerminal && !refused ? COLOURED : PLAIN
}
