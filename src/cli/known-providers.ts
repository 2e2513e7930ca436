export { knownProvider, knownProviders } from '../spec/load.ts'
