import type { OfficeData } from './office-data.ts';

export interface CleanUp {
  readonly site: string;
  readonly expiredBefore: Date;
  readonly signal: AbortSignal;
}

/** Deletes lot by lot. A run that begins where another has ended deletes what is left. */
export function cleanUp({ expiredBefore, signal, site }: CleanUp, data: OfficeData): void {
  while (data.deleteExpiredSessions(site, expiredBefore.getTime())) signal.throwIfAborted();
}
