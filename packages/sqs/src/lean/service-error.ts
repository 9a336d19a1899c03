import type { HttpAnswer } from './exchange.ts';

/** An answer that is an error, with the fields that `failureOf` reads off the SDK's. */
export interface ServiceError {
  /** The code, as the body or a header spells it; `Unknown` where neither does. */
  readonly name: string;
  /** The code of the query protocol, which tells some errors apart that share a `__type`. */
  readonly Code: string | undefined;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode: number };
}

export function serviceErrorOf({ status, headers, body }: HttpAnswer): ServiceError {
  const { __type, code, message, Message } = objectIn(body);
  const type = headers['x-amzn-errortype'];
  const query = headers['x-amzn-query-error'];
  return {
    name: firstText(type, code, __type) ?? 'Unknown',
    Code: firstText(query)?.split(';')[0],
    message: firstText(message, Message) ?? `HTTP ${status}`,
    $metadata: { httpStatusCode: status },
  };
}

/** Of a 200 that cannot be read: who knows what was done. */
export function nonsenseError(status: number, cause: unknown): ServiceError {
  return {
    name: 'UnreadableAnswer',
    Code: undefined,
    message: cause instanceof Error ? cause.message : 'the answer cannot be read',
    $metadata: { httpStatusCode: status },
  };
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}
