import type { TaskRow } from './task-row.ts';

/** One line of a table. */
export function taskCellsOf(row: TaskRow): Readonly<Record<string, string | number>> {
  const [least, most] = row.spread.tasksPerSecond;
  return {
    subject: row.subject,
    step: row.step,
    'tasks/s': `${shown(row.tasksPerSecond, 0)} (${shown(least, 0)}–${shown(most, 0)})`,
    'requests/task': shown(row.requestsPerTask, 4),
    'by clients': shown(row.requestsPerTaskByClients, 4),
    'units/task': shown(row.billedUnitsPerTask, 4),
    '$/million': shown(row.dollarsPerMillion, 4),
    'B/task': shown(row.bytesPerTask, 0),
    'CPU µs own / server': `${shown(row.cpuUs, 1)} / ${shown(row.cpuServerUs, 1)}`,
    'RSS MB': shown(row.rssMb, 0),
    doubled: row.doubled,
    errors: row.errors,
    'requests per 1,000 tasks': requestsOf(row),
  };
}

/** Those that are more than a look-up at the start. */
function requestsOf({ requestsByOperation, requestsPerTask, tasks }: TaskRow): string {
  if (requestsPerTask === null) return '–';
  return Object.entries(requestsByOperation)
    .filter(([, count]) => count * tasks > 1.5)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${shown(count * 1000, 1)}`)
    .join(', ');
}

function shown(value: number | null, digits: number): string {
  if (value === null) return '–';
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
