import { notify } from '@replyq/contract/transport';
import type { Admitted } from './admission.ts';
import type { AnswererOptions } from './answerer-options.ts';

/** What observers are told of a request, whatever they are told. */
export interface AboutRequest {
  readonly queue: string;
  readonly procedure: string;
  readonly callId?: string;
}

/** Of a request that was not admitted, little is known. */
export type Told = Pick<Admitted, 'callId'> & Partial<Pick<Admitted, 'path' | 'service'>>;

/** A lazy router's procedures are known only once one of them has run. */
export function aboutRequest(
  { queue, table }: Pick<AnswererOptions, 'queue' | 'table'>,
  { callId, path, service }: Told,
): AboutRequest {
  const known = service !== undefined && path !== undefined;
  const procedure = known ? table.labelOf(service, path) : 'unknown';
  return { queue, procedure, ...(callId === undefined ? {} : { callId }) };
}

/** Tells that a request came too late to be run, and is deleted. */
export function tellExpired(
  { queue, settings }: AnswererOptions,
  procedure: string,
  ageMs: number,
): void {
  notify(settings.observer, { kind: 'requestExpired', queue, procedure, ageMs });
}
