import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sharedNowMs } from '../../bench/shared-clock.ts';
import type { LedgerEvent, LedgerLine } from './ledger-line.ts';

const EXTENSION = '.jsonl';

/** One process's file. A line is one write at the end of it, so that a kill loses none that was told. */
export class Ledger<TEvent extends { readonly event: string } = LedgerEvent> {
  readonly #file: number;

  /** `name` is the process's own: `requester-0.3` is the fourth life of the first requester. */
  constructor(directory: string, name: string) {
    this.#file = openSync(join(directory, name + EXTENSION), 'a');
  }

  tell(event: TEvent): void {
    writeSync(this.#file, `${JSON.stringify({ atMs: sharedNowMs(), ...event })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What each process has told, in order. A line that a kill has cut short is none. `of` begins their names. */
export function readLedgers<TLine = LedgerLine>(
  directory: string,
  of = '',
): ReadonlyMap<string, readonly TLine[]> {
  const files = readdirSync(directory).filter(
    (name) => name.startsWith(of) && name.endsWith(EXTENSION),
  );
  return new Map(
    files.map((file) => {
      const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
      return [file.slice(0, -EXTENSION.length), lines.map((line) => JSON.parse(line))];
    }),
  );
}

/** How many lines of each kind there are so far, without reading them. */
export function countEvents(directory: string, ...events: readonly string[]): string {
  const texts = readdirSync(directory)
    .filter((name) => name.endsWith(EXTENSION))
    .map((file) => readFileSync(join(directory, file), 'latin1'));
  const counts = events.map((event) => {
    const mark = `"event":"${event}"`;
    return texts.reduce((sum, text) => sum + text.split(mark).length - 1, 0);
  });
  return counts.map((count, index) => `${count} ${events[index]}`).join(', ');
}
