/**
 * What a decoder takes from a peer. Each limit names the input that it stands against; all of them
 * hold before anything is built from that input.
 */
export interface WireLimits {
  /** Bytes of UTF-8. Against bodies that no queue could have carried. */
  readonly maxBodyBytes: number;
  /** Nested arrays and objects. Against `[[[[…`, which parses but overflows the stack when walked. */
  readonly maxDepth: number;
  /** JSON values. Against a megabyte of `{},{},{},…`, forty times its size once parsed. */
  readonly maxNodes: number;
  /** Characters of one header. Against headers that cost more than the body they describe. */
  readonly maxHeaderChars: number;
  /** Nested arrays and objects in a header, which nests one level (`meta`) by itself. */
  readonly maxHeaderDepth: number;
  /** Frames. Against a count that would make thousands of frames of one message. */
  readonly maxPackFrames: number;
  /** Annotated values in one superjson body. Against annotations that cost more than the values. */
  readonly maxAnnotations: number;
  /** Digits. Against bigints whose parsing and printing grow faster than their length. */
  readonly maxBigintDigits: number;
  /** Characters of a URL value. Longer than any browser's; against normalising megabytes. */
  readonly maxUrlChars: number;
  /** Entries of a request's metadata. */
  readonly maxMetaEntries: number;
  /** Bytes of UTF-8 over all keys and values of a request's metadata. */
  readonly maxMetaBytes: number;
}

/** The limits of both sides. Twice what honest calls need, and cheap to hold at the worst input. */
export const defaultWireLimits: WireLimits = {
  // SQS's own limit since 2025, for the message and for the batch.
  maxBodyBytes: 1_048_576,
  // Honest data rarely passes 20; 64 leaves a recursive walk a thousandfold margin of stack.
  maxDepth: 64,
  // A megabyte of honest records holds about 100,000 values.
  maxNodes: 200_000,
  // Metadata may take 8 KiB, which doubles when it is escaped.
  maxHeaderChars: 16_384,
  maxHeaderDepth: 4,
  // Eight times the largest count that a responder advertises by default.
  maxPackFrames: 256,
  // A set of 20,000 dates fits; each costs two to four microseconds of checking.
  maxAnnotations: 25_000,
  // 3,300 bits: past RSA-2048, and a microsecond to parse.
  maxBigintDigits: 1_000,
  maxUrlChars: 8_192,
  maxMetaEntries: 64,
  maxMetaBytes: 8_192,
};
