import { isRunLine, type RunLine } from './ledger-line.ts';

/** A run of a key that the store knows. */
export interface ClaimedRun {
  readonly key: string;
  /** Of the process. */
  readonly name: string;
  readonly askedMs: number;
  readonly grantedMs: number;
  /** When the handler returned; undefined: never. */
  readonly endedMs: number | undefined;
}

type Claimed = Extract<RunLine, { readonly event: 'claimed' }>;

/** What one process has run after the store has said so. */
export function claimedRuns(
  name: string,
  lines: readonly { readonly event: string }[],
): readonly ClaimedRun[] {
  /** The newest claim by what its key ends with: the idempotency key or the call id. */
  const claims = new Map<string, Claimed>();
  const runs: { run: ClaimedRun; of: string }[] = [];
  const open = new Map<string, number>();
  for (const line of lines) {
    if (!isRunLine(line)) continue;
    if (line.event === 'claimed') {
      claims.set(line.key.slice(line.key.lastIndexOf('/') + 1), line);
    } else if (line.event === 'runStarted') {
      const claim = claims.get(line.nonce) ?? claims.get(line.callId);
      if (claim === undefined) continue;
      const { askedAtMs: askedMs, atMs: grantedMs, key } = claim;
      const of = `${line.nonce} ${line.callId}`;
      open.set(of, runs.length);
      runs.push({ of, run: { key, name, askedMs, grantedMs, endedMs: undefined } });
    } else if (line.event === 'runEnded') {
      const begun = runs[open.get(`${line.nonce} ${line.callId}`) ?? -1];
      if (begun !== undefined) begun.run = { ...begun.run, endedMs: line.atMs };
    }
  }
  return runs.map(({ run }) => run);
}
