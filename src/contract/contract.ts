import type { EventType, Operation } from '../spec/provider.ts'
import {
  type DeliveryMessage,
  judgeDelivery,
  judgeReceiverAnswer,
  type ReceiverAnswer,
} from './judge-delivery.ts'
import { judgeRequest } from './judge-request.ts'
import { judgeResponse } from './judge-response.ts'
import type { Finding, RequestMessage, ResponseMessage } from './messages.ts'
import { loadPrism } from './prism.ts'

/**
 * Judges messages by the document, both ways: an empty list is a message that keeps to it. Credentials and scopes are
 * not its business. A schema that does not compile makes it throw: it must never accept everything.
 */
export interface Contract {
  /** A client's request to the mock. */
  request(operation: Operation, message: RequestMessage): readonly Finding[]
  /** The mock's own answer. */
  response(operation: Operation, message: ResponseMessage): readonly Finding[]
  /** A delivery, as it is about to be sent. */
  delivery(event: EventType, message: DeliveryMessage): readonly Finding[]
  /** The receiver's answer to a delivery. */
  receiverAnswer(event: EventType, answer: ReceiverAnswer): readonly Finding[]
}

/** Loads Prism's validators: a few tens of milliseconds, once for each process. */
export async function loadContract(): Promise<Contract> {
  const prism = await loadPrism()
  return {
    request: (operation, message) => judgeRequest(prism, operation, message),
    response: (operation, message) => judgeResponse(prism, operation.http, message),
    delivery: (event, message) => judgeDelivery(prism, event, message),
    receiverAnswer: (event, answer) => judgeReceiverAnswer(prism, event, answer),
  }
}
