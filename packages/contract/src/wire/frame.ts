/**
 * A **frame** is one call's request or one reply, whatever message carries it. In a plain message
 * its parts are message attributes and the body; in a packed message they are two lines.
 */
export interface WireFrame {
  /** Request: the text of `ResponseQueueUrl`, untrusted. Absent: no reply is wanted. */
  readonly replyTo?: string;
  /** Reply: the virtual queue it is for, which is the call id. */
  readonly virtualQueue?: string;
  /** Request: the procedure's path, `login` or `user.byId`. Untrusted, unchecked. */
  readonly procedure?: string;
  /** The `replyq` header. Absent: the frame is foreign (not written by replyq). */
  readonly header?: HeaderRecord;
  /** Why the header (or another part of ours) could not be read. The frame is then not run. */
  readonly malformed?: string;
  readonly body: string;
  /** The user's own message attributes; the reserved ones are taken out. */
  readonly attributes: MessageAttributes;
  /** Trace context: `AWSTraceHeader`, which costs no message attribute. */
  readonly traceHeader?: string;
  /** Trace context: W3C. */
  readonly traceparent?: string;
}

/** A parsed JSON object whose fields nobody has checked yet. It has no prototype tricks: own keys only. */
export type HeaderRecord = Readonly<Record<string, unknown>>;

/** `type` is SQS's DataType: `String`, `Number`, `Binary`, each with an optional `.label`. */
export interface MessageAttribute {
  readonly type: string;
  readonly value: string | Uint8Array;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What goes into or came out of one queue message, before anything is known about it. */
export interface MessageParts {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string;
}
