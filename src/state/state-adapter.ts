import type { Adapter } from 'lowdb'
import type { Database } from './database.ts'
import type { TableRecords } from './operation.ts'

/** A lowdb adapter that keeps what is staged, instead of writing everything each time. */
export interface StateAdapter extends Adapter<Database> {
  /** Keeps the staged commits, all or none, and only then applies them to the tables. */
  write(database: Database): Promise<void>
  /** Puts other records in the place of all, wholly or not at all. */
  replace(database: Database, records: TableRecords): Promise<void>
  close(database: Database): Promise<void>
}
