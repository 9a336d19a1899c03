import type { Row } from './row.ts';
import type { Findings } from './verdict.ts';

type Cells = Readonly<Record<string, string>>;

/** The tables of docs/performance.md. */
export function formatMarkdown({ figures = [], notes = [], rows, targets }: Findings): string {
  const tables = [
    rows.map((row) => ({ ...namesOf(row, rows), ...figuresOf(row) })),
    figures.map((figure) => mapValues(figure, String)),
    targets.map(({ target, measured, bound, met }) => ({
      target,
      measured: String(measured),
      bound,
      '': met ? 'met' : '**missed**',
    })),
  ];
  const texts = tables.filter((lines) => lines.length > 0).map(formatTable);
  return [...texts, ...notes].join('\n\n');
}

/** Of what was measured, so much as tells it from the others. */
function namesOf(row: Row, rows: readonly Row[]): Cells {
  const differ = (name: 'payloadBytes' | 'requesters'): boolean =>
    rows.some((other) => other[name] !== row[name]);
  return {
    subject: row.subject,
    ...(row.callers > 0 ? { callers: format(row.callers, 0) } : {}),
    ...(differ('requesters') ? { requesters: String(row.requesters) } : {}),
    ...(differ('payloadBytes') ? { 'payload B': format(row.payloadBytes, 0) } : {}),
  };
}

function figuresOf(row: Row): Cells {
  const [least, most] = row.spread.callsPerSecond;
  return {
    'calls/s': `${format(row.callsPerSecond, 0)} (${format(least, 0)}–${format(most, 0)})`,
    'p50 / p99 / p99.9 ms': [row.p50Ms, row.p99Ms, row.p999Ms]
      .map((ms) => format(ms, ms < 100 ? 2 : 0))
      .join(' / '),
    ...(row.transport === 'sqs'
      ? {
          'requests/call': format(row.requestsPerCall, 3),
          'units/call': format(row.billedUnitsPerCall, 3),
          '$/million': format(row.dollarsPerMillion, 3),
          'B/call': format(row.bytesPerCall, 0),
          'CPU µs requester / responder / server': [
            row.cpuRequesterUs,
            row.cpuResponderUs,
            row.cpuServerUs,
          ]
            .map((us) => format(us, 0))
            .join(' / '),
          'RSS MB': `${format(row.rssRequesterMb, 0)} / ${format(row.rssResponderMb, 0)}`,
        }
      : { 'CPU µs': format(row.cpuRequesterUs, 1), 'RSS MB': format(row.rssRequesterMb, 0) }),
    errors: String(row.errors),
  };
}

function formatTable(lines: readonly Cells[]): string {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const body = lines.map((line) => columns.map((column) => line[column] ?? ''));
  const rule = columns.map((_, index) => (index === 0 ? '---' : '--:'));
  return [columns, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function format(value: number | null, digits: number): string {
  if (value === null) return '–';
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function mapValues(
  figure: Readonly<Record<string, string | number>>,
  map: (value: string | number) => string,
): Cells {
  return Object.fromEntries(Object.entries(figure).map(([name, value]) => [name, map(value)]));
}
