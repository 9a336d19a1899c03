export {
  ERROR_CODES,
  fromTrpcCode,
  isRpcErrorCode,
  isTrpcCode,
  toTrpcCode,
  type RpcErrorCode,
  type TrpcCode,
} from './error/error-code.ts';
export { messageOf, RpcError, type RpcErrorOptions } from './error/rpc-error.ts';
