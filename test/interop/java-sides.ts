// The Java programs as the cases speak to them. What they take and tell stands in the Java files.
import { JavaProgram, type Launch, type Line } from './java-program.ts';
import { plainMessage, type PlainMessage } from './message.ts';

export interface Where {
  readonly endpoint: string;
  readonly region: string;
}

export interface JavaRequesterSettings {
  readonly prefix: string;
  readonly idleRetentionSeconds: number;
  readonly heartbeatSeconds: number;
  /** 0: it does not sweep, and makes no queues for that. */
  readonly sweepSeconds: number;
}

/** The client's own defaults, without its sweeper. */
const DEFAULTS: JavaRequesterSettings = {
  prefix: '__RequesterClientQueues__',
  idleRetentionSeconds: 300,
  heartbeatSeconds: 5,
  sweepSeconds: 0,
};

export interface JavaAsk {
  readonly attributes?: PlainMessage['attributes'];
  /** Java's client does not see a reply in the last second: 1 never works. */
  readonly timeoutSeconds?: number;
  readonly sync?: boolean;
  /** For a FIFO queue. */
  readonly groupId?: string;
}

export class JavaRequester {
  readonly program: JavaProgram;

  private constructor(program: JavaProgram) {
    this.program = program;
  }

  static async start(
    launch: Launch,
    where: Where,
    settings: Partial<JavaRequesterSettings> = {},
  ): Promise<JavaRequester> {
    const all = { ...where, ...DEFAULTS, ...settings };
    const { program } = await JavaProgram.start(launch, 'Requester', all);
    return new JavaRequester(program);
  }

  /** Rejects with a `JavaFailure`. */
  async ask(queueUrl: string, body: string, options: JavaAsk = {}): Promise<PlainMessage> {
    const { timeoutSeconds = 20, ...more } = options;
    return messageOf(await this.program.ask({ queueUrl, body, timeoutSeconds, ...more }));
  }
}

export interface JavaRequest extends PlainMessage {
  readonly number: number;
  readonly wantsReply: boolean;
}

export class JavaResponder {
  readonly program: JavaProgram;

  private constructor(program: JavaProgram) {
    this.program = program;
  }

  static async start(launch: Launch, where: Where, queueUrl: string): Promise<JavaResponder> {
    const { program } = await JavaProgram.start(launch, 'Responder', { ...where, queueUrl });
    return new JavaResponder(program);
  }

  /** The next request that nobody has taken. Its handler waits for {@link answer}. */
  async request(): Promise<JavaRequest> {
    const line = await this.program.heard('request');
    return { ...messageOf(line), number: Number(line['number']), wantsReply: !!line['wantsReply'] };
  }

  /** Lets the handler send these replies and end. Resolves when it has sent them. */
  async answer(
    { number }: JavaRequest,
    ...replies: readonly (string | Partial<PlainMessage>)[]
  ): Promise<void> {
    const messages = replies.map((reply) => (typeof reply === 'string' ? { body: reply } : reply));
    this.program.tell({ number, replies: messages });
    await this.program.heard('answered', (line) => line['number'] === number);
  }

  /** Lets the handler throw: the consumer makes the message visible at once. */
  fail({ number }: JavaRequest): void {
    this.program.tell({ number, fail: true });
  }

  /** Takes the next `count` requests and answers each. */
  async serve(
    count: number,
    reply: (request: JavaRequest) => string | Partial<PlainMessage>,
  ): Promise<readonly JavaRequest[]> {
    const served: JavaRequest[] = [];
    for (let n = 0; n < count; n += 1) {
      const request = await this.request();
      served.push(request);
      await this.answer(request, reply(request));
    }
    return served;
  }
}

export class JavaVirtualQueues {
  readonly program: JavaProgram;

  private constructor(program: JavaProgram) {
    this.program = program;
  }

  static async start(launch: Launch, where: Where): Promise<JavaVirtualQueues> {
    const { program } = await JavaProgram.start(launch, 'VirtualQueues', where);
    return new JavaVirtualQueues(program);
  }

  /** The URL of a virtual queue on a host queue. */
  async create(hostQueueUrl: string, name: string): Promise<string> {
    return this.#make({ name, queueAttributes: { HostQueueUrl: hostQueueUrl } });
  }

  /** A queue that the temporary queues client keeps from being swept, and a virtual one on it. */
  async createTemporary(hostName: string, name: string) {
    const temporary = true;
    const kept = { IdleQueueRetentionPeriodSeconds: '300' };
    const hostUrl = await this.#make({ name: hostName, queueAttributes: kept, temporary });
    const virtual = { HostQueueUrl: hostUrl };
    return { hostUrl, url: await this.#make({ name, queueAttributes: virtual, temporary }) };
  }

  async #make(order: object): Promise<string> {
    return String((await this.program.ask({ order: 'create', ...order }))['queueUrl']);
  }

  async send(queueUrl: string, message: Partial<PlainMessage>, temporary = false): Promise<void> {
    await this.program.ask({ order: 'send', queueUrl, temporary, ...message });
  }

  /** What comes within `waitSeconds`; a virtual queue gives nothing to a wait of 0. */
  async receive(
    queueUrl: string,
    waitSeconds: number,
    temporary = false,
  ): Promise<readonly PlainMessage[]> {
    const order = { order: 'receive', queueUrl, waitSeconds, temporary };
    const { messages } = await this.program.ask(order);
    return messages as readonly PlainMessage[];
  }

  async delete(queueUrl: string): Promise<void> {
    await this.program.ask({ order: 'delete', queueUrl });
  }

  /** The next message that came for a virtual queue that there is not. */
  async orphan(): Promise<PlainMessage> {
    return messageOf(await this.program.heard('orphan'));
  }
}

function messageOf(line: Line): PlainMessage {
  const { attributes, body } = line as unknown as PlainMessage;
  return { ...plainMessage(body), attributes };
}
