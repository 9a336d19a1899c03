import type { Findings, PhaseFindings } from './findings.ts';
import type { Slope } from './slope.ts';

/** For people. */
export function formatFindings({ calls, phases, violations, windows }: Findings): string {
  const end =
    violations.length === 0
      ? `Nothing was found in ${calls} calls and ${windows} windows.`
      : `${violations.length} found:\n${violations.map((text) => `  ${text}`).join('\n')}`;
  return [...phases.map(formatPhase), end].join('\n\n');
}

function formatPhase(phase: PhaseFindings): string {
  const { heapSlope, planted, settled, timers, transport, windowCalls, windows } = phase;
  const kinds = Object.entries(settled)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`);
  const grown = `no growth of the heap above ${heapSlope.upper95.toFixed(2)} B a call`;
  return [
    `${transport}: ${phase.calls} calls`,
    `  settled     ${kinds.join(', ')}`,
    `  heap        ${formatSlope(heapSlope)}`,
    `  external    ${formatSlope(phase.external)}`,
    `  buffers     ${formatSlope(phase.arrayBuffers)}`,
    `  RSS         ${formatSlope(phase.rss)}`,
    `  bound       ${grown} in ${windows} windows of ${windowCalls} calls${phase.slopeJudged ? '' : '; too few to judge'}`,
    `  objects     ${formatCounts(phase.counts)}`,
    `  timers      ${timers.idle} with no call open, ${timers.afterClose} after closing`,
    `  pending     ${phase.pending}; listeners on the shared signal: ${phase.listeners}`,
    ...planted.map(
      ({ by, flagged, judged, name }) =>
        `  planted     ${name}: ${flagged ? `seen by ${by.join(' and ')}` : judged ? 'NOT SEEN' : 'not judged'}`,
    ),
  ].join('\n');
}

function formatSlope({ ols, lower95, theilSen, upper95 }: Slope): string {
  const [slope = '', low = '', high = '', robust = ''] = [ols, lower95, upper95, theilSen].map(
    (bytes) => bytes.toFixed(2),
  );
  return `${slope} B a call (95 %: ${low} to ${high}; Theil–Sen ${robust})`;
}

function formatCounts(counts: PhaseFindings['counts']): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${name} ${count}`).join(', ');
}
