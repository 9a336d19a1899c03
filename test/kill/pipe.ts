import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What the network does to all connections at present. */
export type Weather =
  | { readonly kind: 'fair' }
  /** Whoever is or gets connected is reset. */
  | { readonly kind: 'cut' }
  /** Bytes wait, and arrive afterwards. */
  | { readonly kind: 'stall' }
  /** Connections fall silent and stay so, also afterwards: their state was lost on the way. */
  | { readonly kind: 'blackHole' }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

export interface PipeOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly weather: () => Weather;
  /** Resolves when the weather is another. */
  readonly changed: () => Promise<unknown>;
  /** Whether what comes is lost. */
  readonly silent: () => boolean;
}

/** Slices of a throttled connection leave this often. */
const SLICE_MS = 50;

/** One direction of a connection. Never rejects; resolves when the direction is over. */
export async function pipe(options: PipeOptions): Promise<void> {
  const { from, silent, to } = options;
  try {
    // Half-closed connections live on: the other direction is a pipe of its own.
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      await pass(chunk as Buffer, options);
    }
    while (options.weather().kind === 'stall') await options.changed();
    if (!silent()) to.end();
  } catch {
    // The connection was reset; what that means for the other side is the proxy's affair.
  }
}

async function pass(chunk: Buffer, options: PipeOptions): Promise<void> {
  const { changed, from, silent, to, weather } = options;
  let rest = chunk;
  while (rest.length > 0) {
    const now = weather();
    if (silent() || to.destroyed || to.writableEnded) return;
    if (now.kind === 'stall') {
      await Promise.race([changed(), closed(from), closed(to)]);
      if (from.destroyed) return;
      continue;
    }
    const throttled = now.kind === 'throttle';
    const most = throttled ? Math.ceil((now.bytesPerSecond * SLICE_MS) / 1000) : rest.length;
    const slice = rest.subarray(0, most);
    rest = rest.subarray(most);
    if (!to.write(slice)) await Promise.race([once(to, 'drain'), closed(to)]);
    if (throttled) await pause(SLICE_MS);
  }
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}
