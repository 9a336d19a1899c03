import { expect, it } from 'vitest';
import { formatPlot } from './plot.ts';
import { rowWith } from './testing-rows.ts';

const ours = [1, 64, 1024].map((callers) => rowWith({ callers, callsPerSecond: 300 * callers }));
const byHand = [1, 64].map((callers) => rowWith({ callers, subject: 'by-hand <&>' }));

it('draws a line for each subject in both charts, and a dot for each row', () => {
  const svg = formatPlot([...ours, ...byHand]);
  expect(svg.match(/<polyline/g)).toHaveLength(4);
  expect(svg.match(/<circle/g)).toHaveLength(2 * 5);
  expect(svg).toContain('by-hand &lt;&amp;>');
  expect(svg).not.toContain('NaN');
});

it('leaves out rows of other payloads and of several requesters', () => {
  const others = [
    rowWith({ callers: 64, payloadBytes: 9 }),
    rowWith({ callers: 64, requesters: 2 }),
  ];
  expect(formatPlot([...ours, ...others]).match(/<circle/g)).toHaveLength(2 * 3);
});

it('draws axes even if there is nothing to draw', () => {
  expect(formatPlot([])).not.toContain('NaN');
});
