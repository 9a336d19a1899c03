import type { Row } from './row.ts';
import type { Findings, Verdict } from './verdict.ts';

/** For people. */
export function formatFindings(findings: Findings): string {
  const { figures = [], notes = [], ratios, refused, rows, targets } = findings;
  const parts = [
    rows.length > 0 && formatTable(rows.map(cellsOf)),
    rows.length > 0 && formatTable(rows.filter(hasRequests).map(requestCellsOf)),
    figures.length > 0 && formatTable(figures),
    Object.keys(ratios).length > 0 &&
      formatTable(Object.entries(ratios).map(([ratio, value]) => ({ ratio, value }))),
    targets.length > 0 && formatTable(targets.map(targetCellsOf)),
    rows
      .flatMap(({ subject, callers, firstError }) =>
        firstError === undefined ? [] : [`${subject} at ${callers} callers: ${firstError}`],
      )
      .join('\n'),
    notes.join('\n'),
    refused,
  ];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n\n');
}

type Cells = Readonly<Record<string, string | number>>;

function cellsOf(row: Row): Cells {
  const [least, most] = row.spread.callsPerSecond;
  return {
    subject: row.subject,
    callers: row.callers,
    ...(row.requesters > 1 ? { requesters: row.requesters } : {}),
    payload: row.payloadBytes,
    'calls/s': Math.round(row.callsPerSecond),
    '(least–most)': `${Math.round(least)}–${Math.round(most)}`,
    'p50 ms': row.p50Ms.toFixed(2),
    'p99 ms': row.p99Ms.toFixed(2),
    'p99.9 ms': row.p999Ms.toFixed(2),
    'CPU µs req.': orDash(row.cpuRequesterUs),
    'resp.': orDash(row.cpuResponderUs),
    server: orDash(row.cpuServerUs),
    'RSS MB req.': orDash(row.rssRequesterMb),
    'resp. ': orDash(row.rssResponderMb),
    errors: row.errors,
  };
}

function hasRequests({ requestsPerCall, transport }: Row): boolean {
  return transport === 'sqs' && requestsPerCall > 0;
}

function requestCellsOf(row: Row): Cells {
  const operations = Object.entries(row.requestsByOperation).toSorted(([, a], [, b]) => b - a);
  return {
    subject: row.subject,
    callers: row.callers,
    payload: row.payloadBytes,
    'requests/call': row.requestsPerCall.toFixed(4),
    'by clients': row.requestsPerCallByClients.toFixed(4),
    'units/call': row.billedUnitsPerCall.toFixed(4),
    'B/call': row.bytesPerCall,
    '$/million': row.dollarsPerMillion.toFixed(4),
    'of these': operations.map(([name, count]) => `${name} ${count.toFixed(3)}`).join(', '),
  };
}

function targetCellsOf({ target, measured, bound, met }: Verdict): Cells {
  return { target, measured, bound, '': met ? 'met' : 'MISSED' };
}

function orDash(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}

/** Numbers to the right, the last column as it is. */
function formatTable(lines: readonly Cells[]): string {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const texts = lines.map((line) => columns.map((column) => String(line[column] ?? '')));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...texts.map((text) => text[index]?.length ?? 0)),
  );
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return isNumeric(lines[0]?.[columns[index] ?? ''])
          ? cell.padStart(width)
          : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [columns, ...texts].map(format).join('\n');
}

function isNumeric(cell: string | number | undefined): boolean {
  return typeof cell === 'number' || (cell !== undefined && /^[\d.–-]+$/.test(cell));
}
