import { queueNameOf, type Failure, type Result } from '@replyq/queue';
import type { Answer } from './api-caller.ts';

type Page =
  | (Extract<Answer<{ readonly NextToken?: string | undefined }>, { readonly kind: 'ok' }> & {
      readonly queueUrls: readonly string[] | undefined;
    })
  | Failure;

const PAGES_REPEAT: Failure = { kind: 'unknown', error: 'the pages of the list repeat' };

/** Every page of a list of queues, in name order. */
export async function allPages(
  page: (token: string | undefined) => Promise<Page>,
): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
  const queueUrls: string[] = [];
  const tokens = new Set<string>();
  for (let token: string | undefined; ;) {
    const answer = await page(token);
    if (answer.kind !== 'ok') return answer;
    queueUrls.push(...(answer.queueUrls ?? []));
    token = answer.output.NextToken;
    if (token === undefined) {
      return { kind: 'ok', ...answer.time, queueUrls: queueUrls.sort(byName) };
    }
    if (tokens.has(token)) return PAGES_REPEAT;
    tokens.add(token);
  }
}

function byName(a: string, b: string): number {
  const [first, second] = [queueNameOf(a), queueNameOf(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
