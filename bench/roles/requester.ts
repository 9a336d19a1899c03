// The calling side, in a process of its own.
import { CallMeter, type Calls } from '../call-meter.ts';
import { ClosedLoops } from '../closed-loops.ts';
import { serveCommands } from '../commands.ts';
import { OpenLoop } from '../open-loop.ts';
import type { SubjectSettings } from '../settings.ts';
import { openAsker } from '../subjects/open-subject.ts';
import type { Asker } from '../subjects/subject.ts';
import { UsageMeter, type Usage } from '../usage.ts';

/** Calls that keep coming: from callers who wait for each answer, or at a rate, whoever waits. */
export type Load =
  | { readonly kind: 'closed'; readonly callers: number; readonly payloadBytes: number }
  | {
      readonly kind: 'open';
      readonly perSecond: number;
      readonly payloadBytes: number;
      /** At a random moment of each interval instead of its begin. */
      readonly jitter: boolean;
    };

export interface RequesterUsage extends Usage {
  /** One for each load, in their order. */
  readonly calls: readonly Calls[];
}

let asker: Asker | undefined;
let usage = new UsageMeter();
let running: { readonly loop: ClosedLoops | OpenLoop; readonly meter: CallMeter }[] = [];

const commands = {
  start: async (settings: SubjectSettings): Promise<void> => {
    const opened = (asker = await openAsker(settings));
    usage = new UsageMeter(() => opened.requests());
  },
  load: (loads: readonly Load[]): void => {
    running = loads.map((load) => startLoad(load));
  },
  /** Calls that have settled since the loads began. */
  settled: (): number => running.reduce((sum, { meter }) => sum + meter.settled, 0),
  begin: (options: { readonly ignoreBegun?: boolean } = {}): void => {
    if (options.ignoreBegun === true) asker?.ignoreBegun();
    for (const { meter } of running) meter.begin();
    usage.begin();
  },
  end: (): RequesterUsage => ({ calls: running.map(({ meter }) => meter.end()), ...usage.end() }),
  stop: async (): Promise<void> => {
    await Promise.all(running.map(({ loop }) => loop.stop()));
    running = [];
  },
  close: async (): Promise<void> => asker?.close(),
};

export type RequesterCommands = typeof commands;

serveCommands(commands);

function startLoad(load: Load): (typeof running)[number] {
  if (asker === undefined) throw new Error('not started');
  const meter = new CallMeter();
  if (load.kind === 'closed') {
    const loop = new ClosedLoops(asker, meter);
    loop.start(load.callers, load.payloadBytes);
    return { loop, meter };
  }
  const loop = new OpenLoop(asker, meter);
  loop.start(load);
  return { loop, meter };
}
