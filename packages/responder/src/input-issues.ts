import { formatIssues, type SchemaIssue } from '@replyq/contract';
import type { TRPCDefaultErrorShape, TRPCError } from '@trpc/server';

/** Issues that travel: enough for a form, bounded for an array of a thousand wrong items. */
const MAX_ISSUES = 20;
const MAX_MESSAGE_CHARS = 500;
/** Of a path, whose keys may be the caller's own. */
const MAX_PATH_KEYS = 20;
const MAX_KEY_CHARS = 100;

/** What a contract's caller gets of one issue, in `error.data.issues`. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Formatted {
  readonly shape: TRPCDefaultErrorShape;
  readonly error: TRPCError;
}

/**
 * A contract's error formatter: an input that does not fit its schema is told in one line, whatever
 * schema library it is, and its issues travel as data.
 */
export function withInputIssues({ error, shape }: Formatted): TRPCDefaultErrorShape {
  const issues = error.code === 'BAD_REQUEST' ? issuesOf(error.cause) : undefined;
  if (issues === undefined) return shape;
  const procedure = shape.data.path ?? '';
  const data = { ...shape.data, issues: issues.slice(0, MAX_ISSUES).map(plainIssue) };
  const message = `The input of "${procedure}" does not fit its schema: ${formatIssues(issues)}`;
  return { ...shape, message, data };
}

/** zod's error and tRPC's own for other libraries both keep them here. */
function issuesOf(cause: unknown): readonly SchemaIssue[] | undefined {
  if (typeof cause !== 'object' || cause === null || !('issues' in cause)) return undefined;
  const { issues } = cause;
  return Array.isArray(issues) && issues.length > 0 ? issues : undefined;
}

function plainIssue({ message, path = [] }: SchemaIssue): InputIssue {
  return {
    message: message.slice(0, MAX_MESSAGE_CHARS),
    path: path.slice(0, MAX_PATH_KEYS).map((part) => {
      const key = typeof part === 'object' ? part.key : part;
      return typeof key === 'number' ? key : String(key).slice(0, MAX_KEY_CHARS);
    }),
  };
}
