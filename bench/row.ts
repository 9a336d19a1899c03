import { sumOfRequests } from './api-requests.ts';
import { dollarsPerMillionCalls } from './billing.ts';
import { Histogram } from './histogram.ts';
import { median, rounded, spreadOf, type Spread } from './statistics.ts';
import type { Sample } from './subject-run.ts';

/** What is measured of one subject under one load: medians over the repeats. */
export interface Row {
  readonly transport: 'sqs' | 'memory';
  readonly subject: string;
  readonly callers: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Null: no such process. */
  readonly cpuRequesterUs: number | null;
  readonly cpuResponderUs: number | null;
  readonly cpuServerUs: number | null;
  readonly requestsPerCall: number;
  readonly requestsByOperation: Readonly<Record<string, number>>;
  /** As the clients count them, where the server has counted `requestsPerCall`. */
  readonly requestsPerCallByClients: number;
  readonly billedUnitsPerCall: number;
  readonly dollarsPerMillion: number;
  readonly bytesPerCall: number;
  readonly rssRequesterMb: number | null;
  readonly rssResponderMb: number | null;
  readonly errors: number;
  readonly firstError?: string;
  readonly repeats: number;
  /** Least and most over the repeats. */
  readonly spread: {
    readonly callsPerSecond: Spread;
    readonly p50Ms: Spread;
    readonly p99Ms: Spread;
  };
  readonly payloadBytes: number;
  readonly requesters: number;
  readonly responders: number;
}

export interface RowAbout {
  readonly transport: 'sqs' | 'memory';
  readonly subject: string;
  readonly callers: number;
  readonly payloadBytes: number;
}

/** `load`: which of the loads of a sample the calls are of. Requests and CPU are those of all. */
export function rowOf(about: RowAbout, samples: readonly Sample[], load = 0): Row {
  const figures = samples.map((sample) => figuresOf(sample, load));
  const middle = (of: (figure: Figures) => number, digits = 3): number =>
    rounded(median(figures.map(of)), digits);
  const orNull = (of: (figure: Figures) => number | undefined): number | null =>
    figures.some((figure) => of(figure) === undefined)
      ? null
      : middle((figure) => of(figure) ?? 0, 1);
  const operations = new Set(figures.flatMap(({ byOperation }) => Object.keys(byOperation)));
  const billedUnitsPerCall = middle(({ billedUnits }) => billedUnits, 4);
  const firstError = figures.find((figure) => figure.firstError !== undefined)?.firstError;
  return {
    ...about,
    callsPerSecond: middle(({ perSecond }) => perSecond, 1),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    p999Ms: middle(({ p999Ms }) => p999Ms),
    cpuRequesterUs: orNull(({ cpuRequesterUs }) => cpuRequesterUs),
    cpuResponderUs: orNull(({ cpuResponderUs }) => cpuResponderUs),
    cpuServerUs: orNull(({ cpuServerUs }) => cpuServerUs),
    requestsPerCall: middle(({ byOperation }) => sum(Object.values(byOperation)), 4),
    requestsByOperation: Object.fromEntries(
      [...operations].map((name) => [name, middle((figure) => figure.byOperation[name] ?? 0, 4)]),
    ),
    requestsPerCallByClients: middle(({ requestsByClients }) => requestsByClients, 4),
    billedUnitsPerCall,
    dollarsPerMillion: rounded(dollarsPerMillionCalls(billedUnitsPerCall), 4),
    bytesPerCall: middle(({ bytes }) => bytes, 0),
    rssRequesterMb: orNull(({ rssRequesterMb }) => rssRequesterMb),
    rssResponderMb: orNull(({ rssResponderMb }) => rssResponderMb),
    errors: sum(figures.map(({ errors }) => errors)),
    ...(firstError === undefined ? {} : { firstError }),
    repeats: samples.length,
    spread: {
      callsPerSecond: spreadOf(figures.map(({ perSecond }) => perSecond)),
      p50Ms: spreadOf(figures.map(({ p50Ms }) => p50Ms)),
      p99Ms: spreadOf(figures.map(({ p99Ms }) => p99Ms)),
    },
    requesters: samples[0]?.requesters.length ?? 0,
    responders: samples[0]?.responders.length ?? 0,
  };
}

type Figures = ReturnType<typeof figuresOf>;

/** Of one sample; what is counted, by call. */
function figuresOf({ requesters, responders, server }: Sample, load: number) {
  const latency = new Histogram();
  const own = requesters.flatMap(({ calls }) => calls.slice(load, load + 1));
  for (const { latency: entries } of own) latency.add(entries);
  const all = requesters.flatMap(({ calls }) => calls).flatMap((each) => each.latency);
  const perCall = (value: number): number =>
    value / Math.max(1, sum(all.map(([, count]) => count)));
  const cpuOf = (parts: readonly { readonly cpuUs: number }[]): number | undefined =>
    parts.length === 0 ? undefined : perCall(sum(parts.map(({ cpuUs }) => cpuUs)));
  const rssOf = (parts: readonly { readonly maxRssMb: number }[]): number | undefined =>
    parts.length === 0 ? undefined : Math.max(...parts.map(({ maxRssMb }) => maxRssMb));
  const byClients = sumOfRequests([...requesters, ...responders].map(({ requests }) => requests));
  const counts = server?.byOperation ?? byClients.byOperation;
  return {
    perSecond: latency.total / Math.max(...own.map(({ seconds }) => seconds)),
    p50Ms: latency.percentileMs(0.5),
    p99Ms: latency.percentileMs(0.99),
    p999Ms: latency.percentileMs(0.999),
    cpuRequesterUs: cpuOf(requesters),
    cpuResponderUs: cpuOf(responders),
    cpuServerUs: server === undefined ? undefined : perCall(server.cpuUs),
    byOperation: Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, perCall(count)]),
    ) as Readonly<Record<string, number>>,
    requestsByClients: perCall(sum(Object.values(byClients.byOperation))),
    billedUnits: perCall(byClients.billedUnits),
    bytes: perCall(byClients.bytes),
    rssRequesterMb: rssOf(requesters),
    rssResponderMb: rssOf(responders),
    errors: sum(own.map(({ errors }) => errors)),
    firstError: own.find(({ firstError }) => firstError !== undefined)?.firstError,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
