import type { Row } from './row.ts';

/** A row with figures that no target minds, for tests. */
export function rowWith(about: Partial<Row>): Row {
  return {
    transport: 'sqs',
    subject: 'replyq',
    callers: 1,
    callsPerSecond: 1000,
    p50Ms: 1,
    p99Ms: 2,
    p999Ms: 3,
    cpuRequesterUs: 10,
    cpuResponderUs: 10,
    cpuServerUs: 10,
    requestsPerCall: 0.01,
    requestsByOperation: { SendMessageBatch: 0.01 },
    requestsPerCallByClients: 0.01,
    billedUnitsPerCall: 0.01,
    dollarsPerMillion: 0.004,
    bytesPerCall: 1400,
    rssRequesterMb: 100,
    rssResponderMb: 100,
    errors: 0,
    repeats: 1,
    spread: { callsPerSecond: [1000, 1000], p50Ms: [1, 1], p99Ms: [2, 2] },
    payloadBytes: 400,
    requesters: 1,
    responders: 1,
    ...about,
  };
}
