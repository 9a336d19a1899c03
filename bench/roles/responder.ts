// The answering side, in a process of its own.
import { serveCommands } from '../commands.ts';
import type { SubjectSettings } from '../settings.ts';
import { openAnswerer } from '../subjects/open-subject.ts';
import type { Answerer } from '../subjects/subject.ts';
import { UsageMeter, type Usage } from '../usage.ts';

export interface ResponderUsage extends Usage {
  readonly handled: number;
}

let answerer: Answerer | undefined;
let usage = new UsageMeter();
let handledBefore = 0;

const commands = {
  start: async (settings: SubjectSettings): Promise<void> => {
    const opened = (answerer = await openAnswerer(settings));
    usage = new UsageMeter(() => opened.requests());
  },
  begin: (options: { readonly ignoreBegun?: boolean } = {}): void => {
    if (options.ignoreBegun === true) answerer?.ignoreBegun();
    handledBefore = answerer?.handled() ?? 0;
    usage.begin();
  },
  end: (): ResponderUsage => ({
    ...usage.end(),
    handled: (answerer?.handled() ?? 0) - handledBefore,
  }),
  close: async (): Promise<void> => answerer?.close(),
};

export type ResponderCommands = typeof commands;

serveCommands(commands);
