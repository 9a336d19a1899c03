import { Child } from '../../bench/child.ts';
import type { ServerCommands } from '../../bench/roles/server.ts';
import { added, type Counts } from './counts.ts';
import type { Findings, PhaseFindings } from './findings.ts';
import type { SoakOptions } from './options.ts';
import { soakOn } from './phase.ts';
import { ProcessWatch } from './process-watch.ts';

/** One transport after the other, in this process; the server in its own, so that its memory does not count. */
export async function runSoak(options: SoakOptions): Promise<Findings> {
  using watch = new ProcessWatch();
  const phases: PhaseFindings[] = [];
  for (const transport of options.transports) {
    if (transport === 'memory') {
      phases.push(await soakOn(transport, undefined, watch, options));
      continue;
    }
    const server = new Child<ServerCommands>('server');
    try {
      phases.push(await soakOn(transport, await server.ask('start'), watch, options));
    } finally {
      await server.close();
    }
  }
  const sum = (of: (phase: PhaseFindings) => number): number =>
    phases.reduce((total, phase) => total + of(phase), 0);
  const nothing: Counts = {};
  return {
    minutes: options.minutes,
    calls: sum(({ calls }) => calls),
    windows: sum(({ windows }) => windows),
    settled: phases.reduce((all, { settled }) => added(all, settled), nothing),
    phases,
    violations: phases.flatMap(({ transport, violations }) =>
      violations.map((text) => `${transport}: ${text}`),
    ),
  };
}
