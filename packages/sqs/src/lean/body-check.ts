import type { Input, OperationName, Output } from '../sqs-api.ts';
import { md5 } from './digests.ts';

/**
 * Compares bodies with the MD5 that SQS calculates of what it stored, as the SDK does where it is
 * asked to: TLS guards the way, this the service and whatever stands between. Throws for one that differs; the effect of
 * the whole request is unknown then.
 */
export function checkBodies<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  output: Output<Name>,
): void {
  if (name === 'ReceiveMessage') checkReceived(output as Output<'ReceiveMessage'>);
  if (name === 'SendMessageBatch') {
    checkSent(input as Input<'SendMessageBatch'>, output as Output<'SendMessageBatch'>);
  }
}

function checkReceived({ Messages = [] }: Output<'ReceiveMessage'>): void {
  for (const { Body = '', MD5OfBody, MessageId } of Messages) {
    if (MD5OfBody !== md5(Body)) throw differs(MessageId);
  }
}

function checkSent(
  { Entries = [] }: Input<'SendMessageBatch'>,
  { Successful = [] }: Output<'SendMessageBatch'>,
): void {
  for (const { Id, MessageId, MD5OfMessageBody } of Successful) {
    const body = Entries.find((entry) => entry.Id === Id)?.MessageBody;
    if (body !== undefined && MD5OfMessageBody !== md5(body)) throw differs(MessageId);
  }
}

function differs(messageId: string | undefined): Error {
  return new Error(`Invalid MD5 checksum on message: ${messageId}`);
}
