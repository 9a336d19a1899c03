// The child's side of child.ts.
import type { Notice, Order } from './settings.ts';

export interface Served {
  close(): Promise<void>;
  order?(order: Order): void;
}

/**
 * SIGTERM closes; nothing here keeps the process alive. It ends with its starter, and not by Ctrl-C,
 * which the terminal sends to all: the starter knows what to clean up first.
 */
export function serveStarter({ close, order }: Served): void {
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', () => {
    close().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  });
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: Order) => order?.(message));
  process.channel?.unref();
  process.on('unhandledRejection', (reason) => {
    console.error('unhandled rejection', reason);
    process.exit(1);
  });
}

export function tellStarter(notice: Notice): void {
  process.send?.(notice);
}
