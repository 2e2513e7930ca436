export { knownProvider, knownProviders } from '../../spec/known-provider.ts'
