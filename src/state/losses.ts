import { TABLE_NAMES, type TableName } from './store.ts'

type Noun = readonly [one: string, many: string]

const NOUNS: Readonly<Record<TableName, Noun>> = {
  accounts: ['account', 'accounts'],
  webhooks: ['webhook', 'webhooks'],
  events: ['event', 'events'],
  deliveries: ['delivery', 'deliveries'],
  attempts: ['attempt', 'attempts'],
  counters: ['counter', 'counters'],
  answers: ['kept answer', 'kept answers'],
  tokens: ['access token', 'access tokens'],
}

type Counts = Partial<Readonly<Record<TableName, number>>>

/** `1 event, 10 deliveries`; empty where there is nothing. */
export function countsText(counts: Counts): string {
  return TABLE_NAMES.flatMap((name) => counted(counts[name] ?? 0, NOUNS[name])).join(', ')
}

function counted(count: number, [one, many]: Noun): readonly string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
}

/** What is lost of a damaged state, as far as what is left of it shows. */
export class Losses {
  readonly #records = new Map<TableName, number>()
  #changes = 0
  #unknown = 0
  #isHidden = false

  record(table: TableName): void {
    this.#records.set(table, (this.#records.get(table) ?? 0) + 1)
  }

  /** Records of which nothing can be read, of any table. */
  unknown(count: number): void {
    this.#unknown += count
  }

  /** Commits of a journal. */
  changes(count: number): void {
    this.#changes += count
  }

  /** More may be lost: the damage hides how much there was. */
  hidden(): void {
    this.#isHidden = true
  }

  text(): string {
    const known = [
      countsText(Object.fromEntries(this.#records)),
      ...counted(this.#unknown, ['unreadable record', 'unreadable records']),
      ...counted(this.#changes, ['change', 'changes']),
    ].filter((text) => text !== '')
    if (known.length > 0)
      return `Left out: ${known.join(', ')}${this.#isHidden ? ', and perhaps more, which the damage hides' : ''}.`
    return this.#isHidden ? 'Whether anything is left out, the damage hides.' : 'Nothing is lost.'
  }
}
