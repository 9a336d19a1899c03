/** Why a queue under the prefix was not deleted. */
export type KeepReason =
  /** Its heartbeat is younger than its own retention. */
  | 'live'
  /** Its heartbeat has become old, but this sweeper saw it fresh less than half the retention ago. */
  | 'lately live'
  /** Made less than a minute ago: its tags may tell the time of a host whose clock is behind. */
  | 'new'
  /** Of a requester of this transport. */
  | 'own'
  /** There are messages in it. Unread replies expire; then it is empty. */
  | 'not empty'
  /** Without the tag that says after how long it may be deleted: never touched. */
  | 'untagged'
  /** With a tag that cannot be read: never touched. */
  | 'malformed tags'
  /** Named like the queues by which Java clients share the work: never touched. */
  | 'reserved'
  /** Its tags changed between the two looks: somebody uses it. */
  | 'changed'
  /** Somebody else has deleted it. */
  | 'gone'
  /** The service would not say, or would not delete it. */
  | 'failed';

export interface KeptQueue {
  readonly queue: string;
  readonly reason: KeepReason;
  /** Of `failed`: what the service said. */
  readonly error?: string;
}

/** What a sweep has found and done. Queues are told by name. */
export interface SweepReport {
  readonly prefix: string;
  readonly dryRun: boolean;
  /** How many queues have names that begin with the prefix. */
  readonly found: number;
  /** With `dryRun`: what would have been. */
  readonly deleted: readonly string[];
  readonly kept: readonly KeptQueue[];
  /** Why it ended early; queues that it did not come to are in neither list. */
  readonly error?: string;
}
