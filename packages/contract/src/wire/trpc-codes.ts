import type { TrpcCode } from '../error/error-code.ts';

export interface TrpcCodeNumbers {
  /** The number of tRPC's error shape. */
  readonly rpc: number;
  /** The HTTP status of the same meaning. */
  readonly http: number;
}

/** tRPC's public numbers for its codes. */
export const TRPC_CODES: Readonly<Record<TrpcCode, TrpcCodeNumbers>> = {
  PARSE_ERROR: { rpc: -32_700, http: 400 },
  BAD_REQUEST: { rpc: -32_600, http: 400 },
  INTERNAL_SERVER_ERROR: { rpc: -32_603, http: 500 },
  NOT_IMPLEMENTED: { rpc: -32_603, http: 501 },
  BAD_GATEWAY: { rpc: -32_603, http: 502 },
  SERVICE_UNAVAILABLE: { rpc: -32_603, http: 503 },
  GATEWAY_TIMEOUT: { rpc: -32_603, http: 504 },
  UNAUTHORIZED: { rpc: -32_001, http: 401 },
  PAYMENT_REQUIRED: { rpc: -32_002, http: 402 },
  FORBIDDEN: { rpc: -32_003, http: 403 },
  NOT_FOUND: { rpc: -32_004, http: 404 },
  METHOD_NOT_SUPPORTED: { rpc: -32_005, http: 405 },
  TIMEOUT: { rpc: -32_008, http: 408 },
  CONFLICT: { rpc: -32_009, http: 409 },
  PRECONDITION_FAILED: { rpc: -32_012, http: 412 },
  PAYLOAD_TOO_LARGE: { rpc: -32_013, http: 413 },
  UNSUPPORTED_MEDIA_TYPE: { rpc: -32_015, http: 415 },
  UNPROCESSABLE_CONTENT: { rpc: -32_022, http: 422 },
  PRECONDITION_REQUIRED: { rpc: -32_028, http: 428 },
  TOO_MANY_REQUESTS: { rpc: -32_029, http: 429 },
  CLIENT_CLOSED_REQUEST: { rpc: -32_099, http: 499 },
};
