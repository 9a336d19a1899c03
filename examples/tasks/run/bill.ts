import { sumOfRequests, type ApiRequests } from './api-requests.ts';

/** AWS's list price for standard queues in us-east-1 (https://aws.amazon.com/sqs/pricing/). */
const DOLLARS_PER_MILLION_REQUESTS = 0.4;

export interface Bill {
  readonly tasks: number;
  readonly producer: ApiRequests;
  readonly workers: ApiRequests;
}

/** A table: one line for each operation. */
export function formatBill({ producer, tasks, workers }: Bill): string {
  const operations = new Set([
    ...Object.keys(producer.byOperation),
    ...Object.keys(workers.byOperation),
  ]);
  const line = (title: string, cells: readonly string[]): string =>
    title.padEnd(30) + cells.map((cell) => cell.padStart(10)).join('');
  const counts = (title: string, ours: number, theirs: number): string =>
    line(title, [String(ours), String(theirs), ((ours + theirs) / tasks).toFixed(2)]);
  const dollars = (producer.billed + workers.billed) * (DOLLARS_PER_MILLION_REQUESTS / 1_000_000);
  return [
    line('API requests', ['producer', 'workers', 'per task']),
    ...[...operations].map((operation) =>
      counts(operation, producer.byOperation[operation] ?? 0, workers.byOperation[operation] ?? 0),
    ),
    counts(`all, for ${tasks} tasks`, sumOfRequests(producer), sumOfRequests(workers)),
    `Queues made and looked at, idle polls, progress and results included. By AWS's list price for`,
    `standard queues in us-east-1, $${DOLLARS_PER_MILLION_REQUESTS.toFixed(2)} per million requests, that is $${dollars.toFixed(5)}.`,
  ].join('\n');
}
