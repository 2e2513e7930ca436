export { type LoadOptions, loadContractOperations, loadProvider } from './load-provider.ts'
export { CONTROL_DOCUMENT, type ShippedProvider, shippedProviders } from './shipped-files.ts'
