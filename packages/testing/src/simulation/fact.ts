/**
 * What a simulated run writes down. Oracles read nothing else. All is plain data: a history can be
 * printed, hashed and compared.
 */
export type Fact = Happening & {
  /** True time since the start of the run; no process's clock. */
  readonly atMs: number;
  /** The process that it happened in or was asked by; `service` for the queue service itself. */
  readonly process: string;
};

export type Happening =
  | CallHappening
  | RunHappening
  | StoreHappening
  | QueueHappening
  | ProcessHappening
  | PhaseHappening;

/** At the requester. `call` is the workload's own name for it, which travels in the input. */
export type CallHappening =
  | {
      readonly kind: 'callStarted';
      readonly call: string;
      readonly timeoutMs: number;
      /** The idempotency key, if the caller gave one; several calls may share it. */
      readonly idempotencyKey?: string;
      /** Part of the healed phase: it must succeed. */
      readonly probe?: true;
      /** Nobody waits for its outcome: what settles is that it was handed over. */
      readonly task?: TaskFact;
    }
  /** The caller's own signal. */
  | { readonly kind: 'callAborted'; readonly call: string }
  | {
      readonly kind: 'callSettled';
      readonly call: string;
      /** `ok`, or the error's code. */
      readonly outcome: string;
      /** What the error says of effects. */
      readonly maybeExecuted?: boolean;
      /** `ok`: whether the value is the one that this call's handler returned. */
      readonly ownValue?: boolean;
      /** It failed with what the handler threw or declared: it ran, and nothing is in doubt. */
      readonly fromHandler?: true;
    };

/** What its producer says of a task. */
export interface TaskFact {
  readonly procedure: string;
  /** Not to be run before so long. */
  readonly delayMs: number;
  /** The same for tasks that are to be done once between them. */
  readonly deduplicationId?: string;
  /** Of a FIFO queue. */
  readonly groupId?: string;
}

/** In a handler. */
export type RunHappening =
  | {
      readonly kind: 'runStarted';
      /** Unique among the runs of the history. */
      readonly run: string;
      readonly call: string;
      /** On the wire: the virtual queue that the reply goes to. */
      readonly callId: string;
      readonly idempotencyKey?: string;
      /** Whether the procedure was declared idempotent, or is a query: it may run twice without harm. */
      readonly idempotent: boolean;
      /** Of a task: which of its attempts this is, as its handler is told. */
      readonly attempt?: number;
    }
  /** Its `signal` aborted. */
  | { readonly kind: 'runAborted'; readonly run: string; readonly reason: string }
  | {
      readonly kind: 'runEnded';
      readonly run: string;
      readonly failed: boolean;
      /** Of a task: it said that another run would fail, too. */
      readonly final?: true;
    };

/** At the reply store that several responders share; only what took effect. */
export type StoreHappening =
  | {
      readonly kind: 'claimed';
      readonly key: string;
      readonly token: string;
      readonly leaseMs: number;
    }
  | {
      readonly kind: 'renewed';
      readonly key: string;
      readonly token: string;
      readonly leaseMs: number;
    }
  | { readonly kind: 'recorded'; readonly key: string; readonly token: string }
  /** The store said that it was recorded, and has lost it. */
  | { readonly kind: 'forgotten'; readonly key: string }
  | { readonly kind: 'abandoned'; readonly key: string; readonly token: string };

/** At the queue service: what took effect, unless it says that it was asked, or how it ended for who asked. */
export type QueueHappening =
  | {
      readonly kind: 'stored';
      readonly queue: string;
      readonly messageId: string;
      readonly frames: readonly FrameFact[];
      /** A fault made it, not a process. */
      readonly copy?: true;
      /** Somebody has changed it, and sent it by hand. */
      readonly tampered?: true;
    }
  /** A FIFO queue has taken it, and dropped it as one that it had before. */
  | {
      readonly kind: 'deduplicated';
      readonly queue: string;
      /** Of the one before. */
      readonly messageId: string;
      readonly frames: readonly FrameFact[];
    }
  /** A send came back with a failure to who asked, effect or not. */
  | {
      readonly kind: 'sendFailed';
      readonly queue: string;
      /** `throttled`, `denied`; `aborted`: it was given up. */
      readonly failure: string;
      readonly frames: 'request' | 'reply' | 'foreign';
      /** Of all frames in it. */
      readonly callIds: readonly string[];
    }
  /** What is in a queue when all is over. */
  | {
      readonly kind: 'queueLeft';
      readonly queue: string;
      /** Of what is visible. */
      readonly messageIds: readonly string[];
      /** How many are held back, or were received and not deleted. */
      readonly hidden: number;
    }
  | {
      readonly kind: 'received';
      readonly queue: string;
      readonly messageId: string;
      readonly receiveCount: number;
    }
  /** It is really gone. */
  | { readonly kind: 'deleted'; readonly queue: string; readonly messageId: string }
  /** A delete or an extension was asked for of a message that was received several times. */
  | {
      readonly kind: 'handleUsed';
      readonly queue: string;
      readonly messageId: string;
      readonly for: 'delete' | 'extend';
      /** With the handle of which receive, as the service counts them, and which one was the newest. */
      readonly delivery: number;
      readonly newest: number;
    }
  | { readonly kind: 'queueCreated'; readonly queue: string }
  | { readonly kind: 'queueDeleteAsked'; readonly queue: string }
  | { readonly kind: 'queueDeleted'; readonly queue: string }
  /** A receive came back to the process that asked; `ok` false: it failed, or was given up. */
  | {
      readonly kind: 'polled';
      readonly queue: string;
      readonly ok: boolean;
      /** The queue did not exist. */
      readonly gone?: true;
      /** What it brought. */
      readonly messages?: readonly BroughtFact[];
    };

/** Which message, and which of the times that it was handed out. */
export interface BroughtFact {
  readonly messageId: string;
  readonly receiveCount: number;
}

/** One request or reply in a stored message. */
export interface FrameFact {
  readonly kind: 'request' | 'reply' | 'foreign';
  /** Request: where its reply is to go; of a task, its id. Reply: whom it is for. */
  readonly callId?: string;
  /** Request: the workload's name for the call. */
  readonly call?: string;
  /** Request: the queue that its reply is to go to. */
  readonly replyQueue?: string;
  /** Request: what was left of its time when it was encoded. */
  readonly timeoutMs?: number;
  /** Request: 1 from the caller, more when a responder has sent it on. */
  readonly attempt?: number;
  /** Nobody waits for a reply. */
  readonly task?: true;
  /** Of a task in a dead-letter queue: what its worker says. */
  readonly failure?: { readonly code: string; readonly attempts: number };
}

export type ProcessHappening =
  | {
      readonly kind: 'started';
      readonly role: 'requester' | 'responder' | 'other';
      /** How far its wall clock is ahead of true time. */
      readonly aheadMs?: number;
    }
  /** Nothing of it ever runs again. */
  | { readonly kind: 'crashed' }
  /** Nothing of it runs for this long. */
  | { readonly kind: 'stalled'; readonly forMs: number }
  | { readonly kind: 'closing' }
  /** `close` has resolved, in this instant. */
  | {
      readonly kind: 'closed';
      /** Timers of its own that were set and have neither fired nor been cancelled. */
      readonly timers: number;
      /** Operations of the queue service that it has not been answered. */
      readonly operations: number;
      /** Handlers of this process that have not ended. */
      readonly runs: number;
    };

export type PhaseHappening =
  /** `atom` names the fault as the shrinker knows it. */
  | { readonly kind: 'fault'; readonly atom: string }
  /** From here on there are no faults. */
  | { readonly kind: 'healed' }
  /** All that was to be closed is closed. */
  | { readonly kind: 'ended' };
