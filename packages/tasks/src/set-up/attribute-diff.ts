import { parseQueueArn, type QueueAttributeChanges, type QueueAttributes } from '@replyq/queue';
import type { AttributeChange } from './queue-plan.ts';
import { allowedBy, type Wanted } from './wanted-attributes.ts';

/** What would delete messages that are in the queue now. */
const SHORTENS = 'shortening it deletes what is older; shortenRetention: true does it';

/** How the queue differs from what is wanted; of a queue that does not exist, all that it is to have. */
export function diffAttributes(
  have: QueueAttributes | undefined,
  want: Wanted,
  shortenRetention: boolean,
): readonly AttributeChange[] {
  const changes: AttributeChange[] = [];
  const compare = (attribute: string, had: string | undefined, wanted: string): void => {
    if (had === wanted || sameJson(had, wanted)) return;
    const isShorter =
      attribute === 'retentionMs' && had !== undefined && Number(wanted) < Number(had);
    const shown = attribute === 'RedriveAllowPolicy' ? allowText : (text: string) => text;
    changes.push({
      attribute,
      ...(had === undefined ? {} : { have: shown(had) }),
      want: shown(wanted),
      ...(isShorter && !shortenRetention ? { held: SHORTENS } : {}),
    });
  };
  const number = (attribute: 'visibilityMs' | 'retentionMs'): void => {
    const wanted = want[attribute];
    if (wanted !== undefined) compare(attribute, textOf(have?.[attribute]), String(wanted));
  };
  number('visibilityMs');
  number('retentionMs');
  if (want.redrive !== undefined) {
    compare('redrive', redriveText(have?.redrive), redriveText(want.redrive) ?? '');
  }
  for (const [name, value] of Object.entries(want.extra ?? {})) {
    compare(name, have?.extra?.[name], value);
  }
  return changes;
}

/** Only what differs and is to be changed. */
export function changesOf(want: Wanted, diff: readonly AttributeChange[]): QueueAttributeChanges {
  const names = new Set(
    diff.flatMap(({ attribute, held }) => (held === undefined ? attribute : [])),
  );
  const { visibilityMs, retentionMs, redrive } = want;
  const extra = Object.fromEntries(
    Object.entries(want.extra ?? {}).filter(([name]) => names.has(name)),
  );
  return {
    ...(visibilityMs !== undefined && names.has('visibilityMs') && { visibilityMs }),
    ...(retentionMs !== undefined && names.has('retentionMs') && { retentionMs }),
    ...(redrive !== undefined && names.has('redrive') && { redrive }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function redriveText(redrive: QueueAttributes['redrive']): string | undefined {
  if (redrive === undefined) return undefined;
  const name = parseQueueArn(redrive.deadLetterArn)?.name ?? redrive.deadLetterArn;
  return `after ${redrive.maxReceiveCount} receives to ${name}`;
}

/** By their names, which people know. */
function allowText(policy: string): string {
  const arns = allowedBy(policy);
  if (arns === undefined) return policy;
  if (arns.length === 0) return 'none';
  return `only ${arns.map((arn) => parseQueueArn(arn)?.name ?? arn).join(', ')}`;
}

function textOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Policies come back with other spaces, and their keys in another order. */
function sameJson(left: string | undefined, right: string): boolean {
  if (left === undefined || !right.startsWith('{')) return false;
  try {
    return canonical(JSON.parse(left)) === canonical(JSON.parse(right));
  } catch {
    return false;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
