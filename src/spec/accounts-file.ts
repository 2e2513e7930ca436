import { dirname, join } from 'node:path'

/** `fixtures/<id>/accounts.json` in the folder beside the document's own. */
export function accountsFile(document: string, id: string): string {
  return join(dirname(document), '..', 'fixtures', id, 'accounts.json')
}
