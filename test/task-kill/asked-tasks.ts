import type { ErrandName } from './contract.ts';
import type { TaskLine } from './ledger-line.ts';

/** What producers mean by one nonce. */
export interface AskedTask {
  readonly procedure: ErrandName;
  readonly delayMs: number;
  readonly shared: boolean;
  /** The first time. */
  readonly askedMs: number;
}

export interface AskedTasks {
  readonly byNonce: ReadonlyMap<string, AskedTask>;
  /** Nonces by task: what producers were told that the queue has. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Producers' tasks that were accepted at least once. */
  readonly numbers: number;
  /** By code: sends that failed, as the producer was told. */
  readonly refused: Readonly<Record<string, number>>;
}

export function askedTasks(ledgers: ReadonlyMap<string, readonly TaskLine[]>): AskedTasks {
  const byNonce = new Map<string, AskedTask>();
  const accepted = new Map<string, string>();
  const numbers = new Set<string>();
  const refused: Record<string, number> = {};
  for (const [name, lines] of ledgers) {
    const [place] = name.split('.');
    for (const line of lines) {
      if (line.event === 'asked') {
        const { atMs, delayMs, nonce, procedure, shared } = line;
        const askedMs = Math.min(atMs, byNonce.get(nonce)?.askedMs ?? Infinity);
        byNonce.set(nonce, { procedure, delayMs, shared, askedMs });
      } else if (line.event === 'accepted') {
        accepted.set(line.task, line.nonce);
        numbers.add(`${place} ${line.number}`);
      } else if (line.event === 'refused') {
        refused[line.code] = (refused[line.code] ?? 0) + 1;
      }
    }
  }
  return { byNonce, accepted, numbers: numbers.size, refused };
}
