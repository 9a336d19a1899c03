import { until } from '../until.ts';
import type { World } from '../world.ts';

const PREFIX = '__RequesterClientQueues__';
const MADE_WITHIN_MS = 30_000;

export async function namesOfHostQueues(world: World): Promise<readonly string[]> {
  return world.raw.names(PREFIX);
}

/** The URL of the one host queue that was not there before. */
export async function newHostQueue(world: World, before: readonly string[]): Promise<string> {
  const name = await until(
    'a host queue',
    async () => (await namesOfHostQueues(world)).find((each) => !before.includes(each)),
    MADE_WITHIN_MS,
  );
  return world.raw.url(name);
}
