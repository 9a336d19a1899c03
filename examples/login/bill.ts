import { NO_REQUESTS, requestsBetween, sumOfRequests, type ApiRequests } from './api-requests.ts';
import type { Part } from './part.ts';

/** What a number of calls took, on both sides. */
export interface Bill {
  readonly calls: number;
  readonly requester: ApiRequests;
  readonly responder: ApiRequests;
}

/** AWS's list price for standard queues in us-east-1 (https://aws.amazon.com/sqs/pricing/). */
const DOLLARS_PER_MILLION_REQUESTS = 0.4;

/** Makes a bill of each mark that the requester sets: what both have requested since the last one. */
export class Ledger {
  readonly bills: Bill[] = [];
  #before = { requester: NO_REQUESTS, responder: NO_REQUESTS };

  constructor(requester: Part, responder: Part, signal: AbortSignal) {
    requester.on('mark', ({ calls, requests }) => {
      responder.tell({ kind: 'count' });
      responder.next('requests', signal).then(
        (answer) => this.#add(calls, requests, answer.requests),
        () => undefined, // The responder has ended; whoever waits for it says so.
      );
    });
  }

  #add(calls: number, requester: ApiRequests, responder: ApiRequests): void {
    const before = this.#before;
    this.#before = { requester, responder };
    if (calls === 0) return;
    this.bills.push({
      calls,
      requester: requestsBetween(before.requester, requester),
      responder: requestsBetween(before.responder, responder),
    });
  }
}

/** A table: one line for each operation, three columns for each bill. */
export function formatBills(bills: readonly Bill[]): string {
  const operations = new Set(
    bills.flatMap(({ requester, responder }) => [
      ...Object.keys(requester.byOperation),
      ...Object.keys(responder.byOperation),
    ]),
  );
  const line = (title: string, cellsOf: (bill: Bill) => readonly string[]): string =>
    title.padEnd(22) + bills.map((bill) => cells(cellsOf(bill))).join('   ');
  const counts = (requester: number, responder: number, calls: number): readonly string[] => [
    String(requester),
    String(responder),
    ((requester + responder) / calls).toFixed(2),
  ];
  return [
    line('API requests', ({ calls }) => ['', '', `${calls} calls`]),
    line('', () => ['requester', 'responder', 'per call']),
    ...[...operations].map((operation) =>
      line(operation, ({ calls, requester, responder }) =>
        counts(requester.byOperation[operation] ?? 0, responder.byOperation[operation] ?? 0, calls),
      ),
    ),
    line('all', ({ calls, requester, responder }) =>
      counts(sumOfRequests(requester), sumOfRequests(responder), calls),
    ),
    line('a million calls*', (bill) => ['', '', `$${dollarsPerMillionCalls(bill).toFixed(2)}`]),
    `* AWS's list price for standard queues in us-east-1: $${DOLLARS_PER_MILLION_REQUESTS.toFixed(2)} per million requests.`,
  ].join('\n');
}

function dollarsPerMillionCalls({ calls, requester, responder }: Bill): number {
  return ((requester.billed + responder.billed) / calls) * DOLLARS_PER_MILLION_REQUESTS;
}

function cells([first = '', second = '', third = '']: readonly string[]): string {
  return first.padStart(9) + second.padStart(11) + third.padStart(10);
}
