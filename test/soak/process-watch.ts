import { readdirSync } from 'node:fs';
import { counted, type Counts } from './counts.ts';

/** Counting objects by class is Node's own experiment, and says so once. */
const OUR_OWN = 'v8.queryObjects()';

/** What the process itself says is wrong. */
export class ProcessWatch implements Disposable {
  readonly #complaints: string[] = [];
  readonly #onWarning = ({ message, name }: Error): void => {
    if (!message.includes(OUR_OWN)) this.#complaints.push(`${name}: ${message}`);
  };
  readonly #onRejection = (reason: unknown): void => {
    this.#complaints.push(`unhandledRejection: ${String(reason)}`);
  };

  constructor() {
    process.on('warning', this.#onWarning);
    process.on('unhandledRejection', this.#onRejection);
  }

  /** Those since the last time. */
  take(): readonly string[] {
    return this.#complaints.splice(0);
  }

  [Symbol.dispose](): void {
    process.off('warning', this.#onWarning);
    process.off('unhandledRejection', this.#onRejection);
  }
}

/** What keeps the event loop, by kind. */
export function activeResources(): Counts {
  return counted(process.getActiveResourcesInfo());
}

/** Undefined where the system does not say. */
export function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}
