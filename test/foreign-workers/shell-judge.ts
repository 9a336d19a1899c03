import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MessageParts } from '@replyq/contract/wire';

const WORKER = fileURLToPath(new URL('programs/worker.sh', import.meta.url));
/** The worker's jq program as it stands there, and nothing else of it. */
const JUDGE = `eval "$(sed -n "/^what_to_do='/,/'$/p" "$1")"; jq -c "$what_to_do"`;

/** What worker.sh would do with a message that it has received so often. */
export function judgedByShell(message: MessageParts, receives: number): unknown {
  const attributes = Object.entries(message.attributes).map(
    ([name, { type, value }]) => [name, { DataType: type, StringValue: value }] as const,
  );
  const input = JSON.stringify({
    MessageId: 'm-1',
    Body: message.body,
    Attributes: { ApproximateReceiveCount: String(receives) },
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
  });
  return JSON.parse(
    execFileSync('bash', ['-c', JUDGE, 'judge', WORKER], { input, encoding: 'utf8' }),
  );
}
