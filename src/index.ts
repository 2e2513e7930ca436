export type { StartWebhook } from './api/register-webhook.ts'
export type { RequestFilter, RequestLogScope, ViolationFilter } from './api/request-log.ts'
export type {
  AttemptView as Attempt,
  DeliveryView as Delivery,
  EmissionView as Emission,
  EventView as Event,
  OutcomeView as Outcome,
  RequestView as RequestRecord,
  ViolationView as KeptViolation,
  WebhookView as Webhook,
} from './api/views.ts'
export type { EventSubject } from './assert/assertions.ts'
export { assertAttempts, assertDelivered, type DeliveredExpectation } from './assert/assertions.ts'
export {
  assertKeepsTheContract,
  type ContractExpectation,
  type ContractSubject,
} from './assert/contract.ts'
export { assertReceived, type ReceivedExpectation, type ReceivedSubject } from './assert/received.ts'
export type { DeliveredRequest, Time } from './capture/read.ts'
export { type SignBodyOptions, type SignedBody, signBody } from './capture/sign.ts'
export {
  type ProviderInput,
  type Verification,
  type VerifyDeliveryOptions,
  verifyDelivery,
} from './capture/verify.ts'
export type { RuleViolation } from './contract/messages.ts'
export type { Clock, ClockMode, Instant } from './core/clock.ts'
export {
  type Count,
  type Coverage,
  coverageShares,
  type EventCoverage,
  mergeCoverage,
  type OperationCoverage,
  type Share,
} from './core/coverage.ts'
export { type ErrorKind, type Location, MockError, type MockErrorDetails } from './core/errors.ts'
export type { Feed, FeedEntry } from './core/feed.ts'
export type { Json, JsonObject } from './core/json.ts'
export type {
  Account,
  DeliveryCause,
  DeliveryStatus,
  HeaderLines,
  OutcomeKind,
  Skip,
  Violation,
} from './core/model.ts'
export type { AccountName, ProviderId } from './core/random.ts'
export type { Resolve } from './delivery/egress.ts'
export type { AdvanceTarget, Settling } from './delivery/queue.ts'
export type { ReceiverAnswer } from './fault/receiver-catalogue.ts'
export type { FaultInForce } from './mock/faults.ts'
export type {
  DeliveredOptions,
  DeliveryFilter,
  EventReference,
  IsolatedMock,
  Mock,
  MockClock,
  MockOptions,
  MockScope,
  Registration,
  Reloadable,
  TriggerOptions,
} from './mock/start-mock.ts'
export { startMock } from './mock/start-mock.ts'
export type { AnswerWord } from './receiver/answer.ts'
export type { ReceivedDelivery } from './receiver/delivery.ts'
export { type Receiver, type ReceiverOptions, startReceiver } from './receiver/receiver.ts'
export { loadScenario, runScenario, runScenarios } from './scenario/index.ts'
export type {
  Mismatch,
  RunProgress,
  RunResult,
  ScenarioResult,
  StepResult,
} from './scenario/result.ts'
export type { RunScenariosOptions } from './scenario/run/run-files.ts'
export type { RunScenarioOptions } from './scenario/run/run-scenario.ts'
export type { Scenario } from './scenario/scenario.ts'
export type { Verdict, VerifyFailure } from './signature/verify.ts'
export type { EventType, Operation, Provider } from './spec/provider.ts'
export type { DeliveryQuery, Scope, StateSummary } from './state/store.ts'
