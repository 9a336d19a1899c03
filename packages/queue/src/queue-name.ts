/** The parts that name a queue, however it was referred to. */
export interface QueueName {
  readonly account?: string;
  readonly region?: string;
  readonly name: string;
}

const NAME = /^[A-Za-z0-9_-]{1,75}(?:\.fifo)?$|^[A-Za-z0-9_-]{1,80}$/;
const ARN = /^arn:[a-z-]+:sqs:([a-z0-9-]*):(\d{12}):([^:/]+)$/;

/** Letters, digits, `-` and `_`, at most 80 characters, `.fifo` at the end counted. */
export function isQueueName(name: string): boolean {
  return name.length <= 80 && NAME.test(name);
}

/** `arn:aws:sqs:<region>:<account>:<name>`, any partition. */
export function parseQueueArn(arn: string): Required<QueueName> | undefined {
  const match = ARN.exec(arn);
  if (match === null) return undefined;
  const [, region = '', account = '', name = ''] = match;
  return isQueueName(name) ? { region, account, name } : undefined;
}

/** The last two segments of a queue URL's path are account and name, at every known service. */
export function parseQueueUrl(url: string): Required<Omit<QueueName, 'region'>> | undefined {
  if (!URL.canParse(url)) return undefined;
  const segments = new URL(url).pathname.split('/').filter((segment) => segment !== '');
  const [account = '', name = ''] = segments.slice(-2);
  return segments.length >= 2 && isQueueName(name) ? { account, name } : undefined;
}

/** `url` with another queue in its place: same scheme, host and leading path. */
export function siblingQueueUrl(url: string, account: string, name: string): string {
  const target = new URL(url);
  const segments = target.pathname.split('/');
  segments.splice(-2, 2, account, name);
  target.pathname = segments.join('/');
  return target.href;
}

/** The name of a queue from its URL, for messages and observers; the text itself if it is none. */
export function queueNameOf(url: string): string {
  return parseQueueUrl(url)?.name ?? url;
}
