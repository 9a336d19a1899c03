import { setTimeout as pause } from 'node:timers/promises';
import { sharedNowMs } from '../../bench/shared-clock.ts';
import type { ChaosEvent, ChaosKind } from './chaos-plan.ts';
import type { Child } from './child.ts';
import type { Crew } from './crew.ts';
import type { Disturbance } from './disturbances.ts';
import type { Weather } from './pipe.ts';
import type { Proxy } from './proxy.ts';
import type { Server } from './server.ts';
import { VISIBILITY_MS } from './settings.ts';

export interface ChaosOptions {
  readonly requesters: Crew;
  readonly responders: Crew;
  readonly server: Server;
  readonly proxy: Proxy;
  readonly say: (text: string) => void;
}

const THROTTLED_BYTES_PER_SECOND = 20_000;
const LOOK_AGAIN_MS = 100;
/** For a process that is at work; a new one is so after a second or two. */
const LOOK_FOR_MS = 30_000;

/** Does what is planned, and keeps what was done and how long it lasted. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #done: Disturbance[] = [];
  readonly #closes: Promise<unknown>[] = [];

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  get disturbances(): readonly Disturbance[] {
    return this.#done;
  }

  /** Resolves when all is over, `lastsMs` have gone by, and everything that was ended has been replaced. */
  async run(plan: readonly ChaosEvent[], lastsMs: number): Promise<void> {
    const beganMs = sharedNowMs();
    const open: Promise<void>[] = [];
    for (const event of plan) {
      await pause(Math.max(0, beganMs + event.atMs - sharedNowMs()));
      const disturbed = this.#disturb(event);
      // What went wrong is told when all is over.
      disturbed.catch(() => undefined);
      open.push(disturbed);
    }
    await Promise.all(open);
    await pause(Math.max(0, beganMs + lastsMs - sharedNowMs()));
    await Promise.all(this.#closes);
  }

  async #disturb(event: ChaosEvent): Promise<void> {
    const { durationMs, kind } = event;
    const child = await this.#targetOf(event);
    const startMs = sharedNowMs();
    const length = durationMs === 0 ? '' : ` for ${durationMs} ms`;
    this.#options.say(`${kind}${child === undefined ? '' : ` ${child.name}`}${length}`);
    await this.#act(event, child);
    const stopped = kind === 'stopRequester' || kind === 'stopResponder' ? child?.name : undefined;
    const about = stopped === undefined ? {} : { stopped };
    this.#done.push({ kind, startMs, endMs: sharedNowMs(), ...about });
  }

  async #act({ durationMs, kind, pick }: ChaosEvent, child: Child | undefined): Promise<void> {
    const { proxy, server } = this.#options;
    switch (kind) {
      case 'killRequester':
      case 'killResponder':
        child?.kill();
        // What it held comes back only then.
        return void (await Promise.all([this.#replace(child), pause(VISIBILITY_MS)]));
      case 'closeRequester':
      case 'closeResponder':
        if (child !== undefined) this.#closes.push(child.close());
        return this.#replace(child);
      case 'stopRequester':
      case 'stopResponder':
        child?.stop();
        await pause(durationMs);
        return child?.goOn();
      case 'restartServer':
        return server.restart(durationMs);
      case 'halfClose':
        return proxy.halfClose(pick < 0.5 ? 'client' : 'server');
      case 'throttle':
        return this.#turn({ kind, bytesPerSecond: THROTTLED_BYTES_PER_SECOND }, durationMs);
      case 'cut':
      case 'stall':
      case 'blackHole':
        return this.#turn({ kind }, durationMs);
    }
  }

  async #turn(weather: Weather, durationMs: number): Promise<void> {
    const lift = this.#options.proxy.turn(weather);
    await pause(durationMs);
    lift();
  }

  async #targetOf({ kind, pick }: ChaosEvent): Promise<Child | undefined> {
    const crew = this.#crewOf(kind);
    if (crew === undefined) return undefined;
    const untilMs = sharedNowMs() + LOOK_FOR_MS;
    while (sharedNowMs() < untilMs) {
      const child = crew.atWork(Math.floor(pick * crew.children.length));
      if (child !== undefined) return child;
      await pause(LOOK_AGAIN_MS);
    }
    throw new Error(`${kind}: no process of that role has been at work for ${LOOK_FOR_MS} ms`);
  }

  #crewOf(kind: ChaosKind): Crew | undefined {
    if (kind.endsWith('Requester')) return this.#options.requesters;
    return kind.endsWith('Responder') ? this.#options.responders : undefined;
  }

  async #replace(child: Child | undefined): Promise<void> {
    if (child === undefined) return;
    await (
      child.role === 'requester' ? this.#options.requesters : this.#options.responders
    ).replace(child);
  }
}
