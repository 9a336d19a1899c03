import { writeFile } from 'node:fs/promises';
import { formatChart, type Line } from './chart.ts';
import type { Row } from './row.ts';

const WIDTH = 900;
const HEIGHT = 360;

/** Two charts over the number of callers, as an SVG file. Rows of other loads are left out. */
export async function plot(rows: readonly Row[], file: string): Promise<void> {
  await writeFile(file, formatPlot(rows));
}

/** Readable on light and on dark backgrounds: the lines say their names, all text is mid-grey. */
export function formatPlot(rows: readonly Row[]): string {
  const usual = rows.find(({ callers }) => callers > 0)?.payloadBytes;
  const comparable = rows.filter(
    ({ callers, payloadBytes, requesters }) =>
      callers > 0 && payloadBytes === usual && requesters === 1,
  );
  const linesOf = (value: (row: Row) => number): readonly Line[] =>
    [...new Set(comparable.map(({ subject }) => subject))].map((subject) => ({
      name: subject,
      points: comparable
        .filter((row) => row.subject === subject && value(row) > 0)
        .toSorted((a, b) => a.callers - b.callers)
        .map((row) => ({ x: row.callers, y: value(row) })),
    }));
  const charts = [
    { title: 'calls per second', lines: linesOf(({ callsPerSecond }) => callsPerSecond) },
    { title: 'API requests per call', lines: linesOf(({ requestsPerCall }) => requestsPerCall) },
  ];
  const width = WIDTH / charts.length;
  const parts = charts.map(({ title, lines }, index) =>
    formatChart({ title, xTitle: 'callers', lines, x: index * width, width, height: HEIGHT }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"`,
    '  aria-label="Calls per second and API requests per call, by the number of callers"',
    '  font-family="system-ui, sans-serif" font-size="12" fill="#808080">',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
