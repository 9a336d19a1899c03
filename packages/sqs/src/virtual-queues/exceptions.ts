import {
  InvalidAddress,
  InvalidAttributeName,
  InvalidAttributeValue,
  QueueDoesNotExist,
  QueueNameExists,
  SQSServiceException,
  UnsupportedOperation,
} from '@aws-sdk/client-sqs';
import { metadata } from './metadata.ts';

// What SQS would throw, in the SDK's own classes, so that the catches of existing code work.

export function queueDoesNotExist(queueUrl: string): QueueDoesNotExist {
  const message = `The virtual queue ${quoted(queueUrl)} does not exist in this process.`;
  return new QueueDoesNotExist({ message, $metadata: metadata(400) });
}

export function queueNameExists(name: string): QueueNameExists {
  const message = `A queue named ${quoted(name)} already exists with other attributes.`;
  return new QueueNameExists({ message, $metadata: metadata(400) });
}

export function invalidAddress(queueUrl: string): InvalidAddress {
  const message = `The address ${quoted(queueUrl)} is not valid for this endpoint.`;
  return new InvalidAddress({ message, $metadata: metadata(400) });
}

export function invalidAttributeName(name: string, why: string): InvalidAttributeName {
  const message = `Unknown Attribute ${quoted(name)}: ${why}.`;
  return new InvalidAttributeName({ message, $metadata: metadata(400) });
}

export function invalidAttributeValue(name: string, value: string, why: string): Error {
  const message = `Invalid value for the parameter ${name}: ${quoted(value)}. ${why}.`;
  return new InvalidAttributeValue({ message, $metadata: metadata(400) });
}

export function unsupportedOperation(operation: string): UnsupportedOperation {
  const message = `A virtual queue has no ${operation}: use its host queue.`;
  return new UnsupportedOperation({ message, $metadata: metadata(400) });
}

/** Has no class in the SDK, which tells it by its name. */
export function invalidParameterValue(message: string): SQSServiceException {
  return new SQSServiceException({
    name: 'InvalidParameterValue',
    $fault: 'client',
    message,
    $metadata: metadata(400),
  });
}

/** As the SDK's own when a request is aborted. */
export function requestAborted(): Error {
  const error = new Error('Request aborted');
  error.name = 'AbortError';
  return error;
}

const MOST_QUOTED = 200;

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, MOST_QUOTED));
}
