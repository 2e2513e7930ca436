import { compileContract } from './compile-contract.ts'
import { compileProvider } from './compile-provider.ts'
import { inspectProvider } from './inspect-document.ts'
import { type Packed, pack } from './pack.ts'

/** A provider document as plain data: what is loaded at once, or written by the build. */
export async function packProvider(file: string): Promise<Packed> {
  const { resolved, resource, accounts } = await inspectProvider(file)
  return pack(await compileProvider(resolved, resource, accounts))
}

export async function packContract(file: string): Promise<Packed> {
  return pack(await compileContract(file))
}
