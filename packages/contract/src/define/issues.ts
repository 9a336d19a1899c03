/** One thing that a schema found wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** More than this many issues help nobody, and an array of a thousand items can have a thousand. */
const ISSUES_SHOWN = 5;

/** Of one issue: paths and messages may hold text of whoever sent the value. */
const ISSUE_CHARS = 200;

/** One line for an error message: `user.name: Required; age: Too small`. */
export function formatIssues(issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(formatIssue);
  const hidden = issues.length - shown.length;
  return hidden > 0 ? `${shown.join('; ')}; and ${hidden} more` : shown.join('; ');
}

function formatIssue(issue: SchemaIssue): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const shown = path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`;
  return shown.length <= ISSUE_CHARS ? shown : `${shown.slice(0, ISSUE_CHARS)}…`;
}
