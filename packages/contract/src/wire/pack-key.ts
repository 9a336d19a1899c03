import { isCallId } from './call-id.ts';
import type { HeaderRecord, WireFrame } from './frame.ts';
import { isTextual } from './pack-frame.ts';

/** Whether this frame can share a message with others at all. */
export function canPack(frame: WireFrame): boolean {
  return packKey(frame) !== undefined;
}

/**
 * Frames with equal keys may share a message: of one kind, and to one reply queue. Undefined: this
 * frame travels alone.
 */
export function packKey(frame: WireFrame): string | undefined {
  const { header, replyTo, virtualQueue } = frame;
  if (header === undefined || frame.malformed !== undefined || frame.traceHeader !== undefined) {
    return undefined;
  }
  if (hasLineField(header) || Object.keys(frame.attributes).length > 0) return undefined;
  if (frame.body.includes('\n') && !isTextual(header)) return undefined;
  if (virtualQueue !== undefined) {
    return replyTo === undefined && isCallId(virtualQueue) ? 'replies' : undefined;
  }
  return replyTo === undefined ? 'requests' : replyQueueOf(replyTo);
}

/** With its `#`, so that no reply queue is taken for one of the words. */
function replyQueueOf(replyTo: string): string | undefined {
  const afterHash = replyTo.indexOf('#') + 1;
  const hasId = afterHash > 0 && isCallId(replyTo.slice(afterHash));
  return hasId ? replyTo.slice(0, afterHash) : undefined;
}

/** A field that would be taken for what a line says beside its header's fields. */
function hasLineField(header: HeaderRecord): boolean {
  return (
    Object.hasOwn(header, 'id') ||
    Object.hasOwn(header, 'procedure') ||
    Object.hasOwn(header, 'traceparent')
  );
}
