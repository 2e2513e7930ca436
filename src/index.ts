export type { JournalScope, RequestFilter, ViolationFilter } from './api/journal.ts'
export type { StartWebhook } from './api/register-at-start.ts'
export { assertAttempts } from './assert/assert-attempts.ts'
export { assertDelivered, type DeliveredExpectation } from './assert/assert-delivered.ts'
export {
  assertKeepsTheContract,
  type ContractExpectation,
  type ContractSubject,
} from './assert/assert-keeps-the-contract.ts'
export { assertReceived, type ReceivedExpectation, type ReceivedSubject } from './assert/assert-received.ts'
export type { EventSubject } from './assert/event-subject.ts'
export type { Judgement } from './capture/judge-capture.ts'
export type { ProviderInput, Time } from './capture/library-input.ts'
export { type SignBodyOptions, signBody } from './capture/sign-body.ts'
export type { SignedBody } from './capture/signed-body.ts'
export {
  type DeliveredRequest,
  type VerifyDeliveryOptions,
  verifyDelivery,
} from './capture/verify-delivery.ts'
export type { Finding } from './contract/messages.ts'
export type { Account } from './core/account.ts'
export type { Attempt, AttemptRequest, HeaderLines, Outcome, OutcomeKind } from './core/attempt.ts'
export type { Body } from './core/body.ts'
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
export type { Delivery, DeliveryCause, DeliveryStatus } from './core/delivery.ts'
export { type ErrorKind, type Location, MockError, type MockErrorDetails } from './core/errors.ts'
export type { Event, Skip } from './core/event.ts'
export type { Feed, FeedEntry, RequestRecord } from './core/feed.ts'
export type { AccountName, AttemptId, DeliveryId, EventId, ProviderId, WebhookId } from './core/ids.ts'
export type { Json, JsonObject } from './core/json.ts'
export type { KeptViolation, SentRequest, Violation, ViolationSource } from './core/violation.ts'
export type { Webhook } from './core/webhook.ts'
export type { AdvanceTarget } from './delivery/advance.ts'
export type { Resolve } from './delivery/guarded-lookup.ts'
export type { Settling } from './delivery/queue.ts'
export type { Emission } from './event/emit-event.ts'
export type {
  DeliveredOptions,
  DeliveryFilter,
  EventReference,
  Mock,
  MockApart,
  MockClock,
  MockOptions,
  MockScope,
  Registration,
  Reloadable,
  TriggerOptions,
} from './mock.ts'
export { startMock } from './mock.ts'
export type { FaultInForce } from './mock-faults.ts'
export type { ReceivedDelivery } from './receiver/received-delivery.ts'
export type { AnswerWord, ReceiverAnswer } from './receiver/receiver-answer.ts'
export { type Receiver, type ReceiverOptions, startReceiver } from './receiver/start-receiver.ts'
export { loadScenario, runScenario, runScenarios } from './scenario/library.ts'
export type { RunScenarioOptions } from './scenario/run-scenario.ts'
export type { RunScenariosOptions } from './scenario/run-scenarios.ts'
export type { Scenario } from './scenario/scenario.ts'
export type {
  Mismatch,
  RunProgress,
  RunResult,
  ScenarioResult,
  StepResult,
} from './scenario/scenario-result.ts'
export type { Verdict, VerifyFailure } from './signature/verdict.ts'
export type { EventType, Operation, Provider } from './spec/provider.ts'
export type { DeliveryQuery, Scope, StateSummary } from './state/store.ts'
