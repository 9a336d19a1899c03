import { setTimeout as pause } from 'node:timers/promises';
import { createSeededRandom } from '@replyq/testing';
import { sharedNowMs } from '../../bench/shared-clock.ts';
import type { Child } from '../kill/child.ts';
import type { Crew } from '../kill/crew.ts';
import type { Disturbance } from '../kill/disturbances.ts';

/** As often as they are named here. */
const BAG = [
  'killWorker',
  'killWorker',
  'killWorker',
  'killWorker',
  'killWorker',
  'killWorker',
  'killWorker',
  'stopWorker',
  'stopWorker',
  'closeWorker',
  'killProducer',
  'killProducer',
] as const;

export type TaskChaosKind = (typeof BAG)[number];

export interface WorkerChaosOptions {
  readonly producers: Crew;
  readonly workers: Crew;
  readonly seed: number;
  /** After a process was killed or whatever else, mostly once it is replaced, until the next; on the average. */
  readonly everyMs: number;
  readonly over: AbortSignal;
  readonly say: (text: string) => void;
}

/** Over before the next begins: on a busy machine a process must live long enough to do something. */
const ALONE_SHARE = 0.75;
/** To longer than a lease lasts. */
const STOP_MS = [100, 6000] as const;

/** Goes on until it is over; then all that was stopped goes on, and all that was ended has been replaced. */
export async function disturb(options: WorkerChaosOptions): Promise<readonly Disturbance[]> {
  const { everyMs, over, producers, seed, workers } = options;
  const random = createSeededRandom(seed, 'chaos');
  const open: Promise<Disturbance>[] = [];
  // However short the time, a worker is killed.
  let bag: TaskChaosKind[] = ['killWorker'];
  while (await waited(everyMs * (0.5 + random()), over)) {
    if (bag.length === 0) bag = [...BAG];
    const [kind = 'killWorker'] = bag.splice(Math.floor(random() * bag.length), 1);
    const place = random();
    const [shortest, longest] = STOP_MS;
    const stopMs = Math.round(shortest + (longest - shortest) * random() ** 2);
    const crew = kind === 'killProducer' ? producers : workers;
    const child = crew.atWork(Math.floor(place * crew.children.length));
    if (child === undefined) continue;
    const disturbed = act(kind, child, stopMs, options);
    // What went wrong is told when all is over.
    disturbed.catch(() => undefined);
    open.push(disturbed);
    if (random() < ALONE_SHARE) await disturbed.catch(() => undefined);
  }
  return Promise.all(open);
}

async function act(
  kind: TaskChaosKind,
  child: Child,
  stopMs: number,
  { over, producers, say, workers }: WorkerChaosOptions,
): Promise<Disturbance> {
  const startMs = sharedNowMs();
  say(`${kind} ${child.name}${kind === 'stopWorker' ? ` for ${stopMs} ms` : ''}`);
  switch (kind) {
    case 'killWorker':
      child.kill();
      await workers.replace(child);
      break;
    case 'killProducer':
      child.kill();
      await producers.replace(child);
      break;
    case 'closeWorker':
      await Promise.all([child.close(), workers.replace(child)]);
      break;
    case 'stopWorker':
      child.stop();
      await waited(stopMs, over);
      child.goOn();
      break;
  }
  const about = { kind, startMs, endMs: sharedNowMs() };
  return kind === 'stopWorker' ? { ...about, stopped: child.name } : about;
}

/** False: it is over. */
async function waited(ms: number, over: AbortSignal): Promise<boolean> {
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
  return !over.aborted;
}
