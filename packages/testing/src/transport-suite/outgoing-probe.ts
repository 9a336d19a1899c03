import type { OutgoingFrame, Runtime } from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';

export interface OutgoingProbeOptions extends Partial<Omit<OutgoingFrame, 'deadlineMs'>> {
  readonly frame?: Partial<WireFrame>;
  /** Default 20 s. */
  readonly timeoutMs?: number;
}

/** A frame to send that remembers how it was asked to write itself. */
export interface OutgoingProbe extends OutgoingFrame {
  /** The remaining time that each `encode` was told. */
  readonly encodedWithMs: readonly number[];
}

export function outgoingProbe(runtime: Runtime, options: OutgoingProbeOptions): OutgoingProbe {
  const { frame, timeoutMs = 20_000, ...rest } = options;
  const encodedWithMs: number[] = [];
  return {
    deadlineMs: runtime.monotonicMs() + timeoutMs,
    withdrawn: () => false,
    encode(remainingMs: number): WireFrame {
      encodedWithMs.push(remainingMs);
      return requestFrame(frame);
    },
    ...rest,
    encodedWithMs,
  };
}

/** A request as replyq's own callers write it, but for what `frame` says. */
export function requestFrame(frame: Partial<WireFrame> = {}): WireFrame {
  return {
    procedure: 'greet',
    header: { v: 1, type: 'query', timeoutMs: 20_000, at: 0, content: 'json' },
    body: '"hello"',
    attributes: {},
    ...frame,
  };
}

/** A reply to the call `virtualQueue`. */
export function replyFrame(virtualQueue: string, frame: Partial<WireFrame> = {}): WireFrame {
  const header = { v: 1, kind: 'result', content: 'json' };
  return { virtualQueue, header, body: '"hello back"', attributes: {}, ...frame };
}
