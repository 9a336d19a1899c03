/**
 * Virtual queues for programs that are written to the AWS SDK. What is where:
 *
 *   with-virtual-queues.ts  this: the client that such a program gets
 *   command-name.ts         which command it has sent
 *   queue-maker.ts          CreateQueue (temporary-hosts.ts makes host queues)
 *   virtual-commands.ts     every other command about a virtual queue
 *                           (virtual-sends.ts, virtual-receives.ts, shown-message.ts translate)
 *   virtual-attributes.ts, virtual-settings.ts  what a virtual queue was set to
 *   virtual-url.ts          which queue a URL is of
 *   inner-client.ts         the caller's client, as it is used for host queues
 *   client-service.ts       that client as a queue service
 *   exceptions.ts           what SQS would throw
 *
 * Whatever is behind a virtual queue, its host, its messages and who waits for them, is
 * `@replyq/queue/virtual-queues`.
 */
import type { CreateQueueCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { VirtualQueues } from '@replyq/queue/virtual-queues';
import { createClientService } from './client-service.ts';
import { commandNameOf } from './command-name.ts';
import { unsupportedOperation } from './exceptions.ts';
import { innerClientOf } from './inner-client.ts';
import { QueueMaker } from './queue-maker.ts';
import { abortSignalOf, type SendOptions } from './send-options.ts';
import { TemporaryHosts } from './temporary-hosts.ts';
import { createVirtualCommands } from './virtual-commands.ts';
import type { VirtualQueuesClient, WithVirtualQueuesOptions } from './virtual-queues-client.ts';
import { VirtualSettings } from './virtual-settings.ts';
import { isVirtualUrl } from './virtual-url.ts';

interface Command {
  readonly input: { readonly QueueUrl?: string; readonly QueueName?: string };
}

type Callback = (error: unknown, output?: unknown) => void;

/**
 * `client` with virtual queues: an SQSClient in every other respect, `SQS` if it is one. It answers commands
 * about virtual queues itself; all others go to `client` as they are. Makes no request, starts no timer.
 *
 * Throws an `RpcError` BAD_REQUEST for options out of range. `client` stays its owner's; close this first.
 */
export function withVirtualQueues<Client extends SQSClient>(
  client: Client,
  options: WithVirtualQueuesOptions = {},
): VirtualQueuesClient<Client> {
  const inner = innerClientOf(client);
  const service = createClientService(inner);
  const queues = new VirtualQueues({ ...options, service });
  const settings = new VirtualSettings();
  const commands = createVirtualCommands({ queues, settings, service });
  const maker = new QueueMaker({
    queues,
    settings,
    temporary: options.temporary === true ? new TemporaryHosts(inner, queues) : undefined,
  });

  /** Undefined: it is none of ours. */
  const answer = (command: Command, sendOptions?: SendOptions): Promise<unknown> | undefined => {
    const name = commandNameOf(command);
    const { QueueName, QueueUrl } = command.input;
    if (name === 'CreateQueue') {
      return maker.make(
        command.input as CreateQueueCommandInput,
        forwardBy(client, command, sendOptions),
      );
    }
    if (name === 'GetQueueUrl') {
      const known = maker.urlOf(QueueName);
      return known && Promise.resolve(known);
    }
    if (isVirtualUrl(QueueUrl)) {
      if (name === undefined) throw unsupportedOperation(command.constructor.name);
      const call = {
        queueUrl: QueueUrl,
        input: command.input as never,
        signal: abortSignalOf(sendOptions),
        forward: forwardBy(inner, command, sendOptions),
      };
      return commands[name](call);
    }
    if (QueueUrl === undefined) return undefined;
    queues.used(QueueUrl);
    if (name !== 'DeleteQueue') return undefined;
    return send(client, command, sendOptions).then((output) => {
      queues.deleted(QueueUrl);
      return output;
    });
  };

  const own = {
    send(command: Command, given?: SendOptions | Callback, last?: Callback): unknown {
      const sendOptions = typeof given === 'function' ? undefined : given;
      const callback = typeof given === 'function' ? given : last;
      const answered = settled(() => answer(command, sendOptions));
      if (answered === undefined) return send(client, command, given, last);
      if (callback === undefined) return answered;
      answered.then((output) => callback(null, output), callback).catch(() => undefined);
    },
    close: (): Promise<void> => queues.close(),
    [Symbol.asyncDispose]: (): Promise<void> => queues.close(),
    destroy(): void {
      void queues.close().finally(() => client.destroy());
    },
  };
  const properties = Object.getOwnPropertyDescriptors(own);
  return Object.create(client, properties) as VirtualQueuesClient<Client>;
}

/** The same command with another input; the first is its sender's, and stays as it is. */
function forwardBy(
  client: SQSClient,
  command: Command,
  sendOptions: SendOptions = {},
): (input: object) => Promise<never> {
  return async (input) => {
    const prototype: object = Object.getPrototypeOf(command) as object;
    const copy = Object.assign(Object.create(prototype) as Command, command, { input });
    return (await send(client, copy, sendOptions)) as never;
  };
}

/** Past the overloads of the SDK, which know each command by its class. */
function send(client: SQSClient, ...args: readonly unknown[]): Promise<unknown> {
  const untyped: { send(...args: readonly unknown[]): Promise<unknown> } = client;
  return untyped.send(...args);
}

/** What is thrown at once is told as everything else is. */
function settled(answer: () => Promise<unknown> | undefined): Promise<unknown> | undefined {
  try {
    return answer();
  } catch (error) {
    return Promise.reject(error);
  }
}
