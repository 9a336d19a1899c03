import type { Run } from './office-data.ts';

export const COLOURS = {
  sendEmail: '#4477aa',
  processImage: '#228833',
  cleanUp: '#ccbb44',
  generateReport: '#aa3377',
} as const;
export const FAILED_COLOUR = '#ee6677';

const WIDTH = 900;
/** Where time begins, and where it ends. */
const LEFT = 80;
const RIGHT = 880;
/** Where the bars begin, below the legend. */
export const TOP = 85;
const ROW = 14;
/** As wide as a run is drawn at least, to be seen. */
const LEAST = 3;

/** Time goes to the right. Each worker has a block, each run a bar; bars that would overlap are below each other. */
export function formatPlot(title: string, runs: readonly Run[]): string {
  const startMs = Math.min(...runs.map(({ startedAtMs }) => startedAtMs));
  const endMs = Math.max(...runs.map(({ elapsedMs, startedAtMs }) => startedAtMs + elapsedMs));
  const perMs = (RIGHT - LEFT) / Math.max(1, endMs - startMs);
  const parts: string[] = [];
  let y = TOP;
  for (const [worker, own] of blocksOf(runs)) {
    parts.push(`<text x="10" y="${y + ROW - 3}">${escaped(worker)}</text>`);
    // The end of the last bar of each row of this block.
    const rows: number[] = [];
    for (const run of own) {
      const x = LEFT + (run.startedAtMs - startMs) * perMs;
      const width = Math.max(LEAST, run.elapsedMs * perMs);
      const free = rows.findIndex((end) => end < x);
      const row = free === -1 ? rows.length : free;
      rows[row] = x + width;
      parts.push(bar(run, { x, y: y + row * ROW, width }));
    }
    y += rows.length * ROW + 12;
  }
  const seconds = ((endMs - startMs) / 1000).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 10}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="10" y="24" font-size="16">${escaped(title)}: ${runs.length} runs in ${seconds} s</text>`,
    ...legend(),
    ...axis(endMs - startMs, perMs, y),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function blocksOf(runs: readonly Run[]): readonly (readonly [string, readonly Run[]])[] {
  return [...Map.groupBy(runs, (run) => run.worker)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A line for each second, or for each five or ten if there are many. */
function axis(lengthMs: number, perMs: number, bottom: number): readonly string[] {
  const everyMs = [1000, 5000].find((ms) => lengthMs / ms <= 12) ?? 10_000;
  return Array.from({ length: Math.floor(lengthMs / everyMs) + 1 }, (_, index) => {
    const x = (LEFT + index * everyMs * perMs).toFixed(1);
    const line = `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom}" stroke="#dddddd"/>`;
    return `${line}<text x="${x}" y="${TOP - 12}">${(index * everyMs) / 1000} s</text>`;
  });
}

function bar(
  { attempt, outcome, procedure, task }: Run,
  { width, x, y }: { readonly x: number; readonly y: number; readonly width: number },
): string {
  const colour = outcome === 'failed' ? FAILED_COLOUR : COLOURS[procedure as keyof typeof COLOURS];
  const name = `<title>${escaped(`${procedure} ${task}, attempt ${attempt}: ${outcome}`)}</title>`;
  const at = `x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 3}"`;
  return `<rect class="run" ${at} fill="${colour}">${name}</rect>`;
}

function legend(): readonly string[] {
  return Object.entries({ ...COLOURS, 'a run that failed': FAILED_COLOUR }).map(
    ([name, colour], index) =>
      `<rect x="${10 + index * 150}" y="38" width="12" height="12" fill="${colour}"/>` +
      `<text x="${27 + index * 150}" y="48">${name}</text>`,
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
