import type { FileSystem, OpenFile } from './file-system.ts'

/** A journal that is being appended to. After a failed append it is cut back to its last whole commit. */
export class Journal {
  readonly #file: OpenFile
  #length: number
  #clean: boolean

  private constructor(file: OpenFile, length: number, clean: boolean) {
    this.#file = file
    this.#length = length
    this.#clean = clean
  }

  /** `length`: bytes that are sound; what stands behind them is cut off. */
  static async open(fileSystem: FileSystem, path: string, length = 0): Promise<Journal> {
    const file = await fileSystem.open(path, 'append')
    const journal = new Journal(file, length, false)
    try {
      await journal.#cutBack()
    } catch (error) {
      await file.close()
      throw error
    }
    return journal
  }

  /** Resolves once the system has taken all the bytes: they then survive the end of this process. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.settle()
    try {
      await this.#file.write(bytes)
    } catch (error) {
      this.#clean = false
      await this.#cutBack().catch(() => undefined)
      throw error
    }
    this.#length += bytes.byteLength
  }

  /** Makes sure that nothing but whole commits stands in it. */
  async settle(): Promise<void> {
    if (!this.#clean) await this.#cutBack()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #cutBack(): Promise<void> {
    if ((await this.#file.size()) > this.#length) await this.#file.truncate(this.#length)
    this.#clean = true
  }
}
