// The wire codec, for those who write transports and tools. Applications import '@replyq/contract'.
export type {
  HeaderRecord,
  MessageAttribute,
  MessageAttributes,
  MessageParts,
  WireFrame,
} from './frame.ts';
