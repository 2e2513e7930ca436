import { coverageShares } from '../../core/coverage.ts'
import { type ControlHandler, ok } from '../control-call.ts'
import { scopeOf } from '../named.ts'

export const readCoverage: ControlHandler = ({ parts, query }) => {
  const { provider } = scopeOf(parts, query)
  const all = parts.coverage.coverage()
  const coverage = {
    operations: all.operations.filter((one) => (provider ?? one.provider) === one.provider),
    events: all.events.filter((one) => (provider ?? one.provider) === one.provider),
  }
  return ok({ shares: coverageShares(coverage), ...coverage })
}
