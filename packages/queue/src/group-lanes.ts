import type { HeldMessage } from './held-message.ts';

/**
 * The groups of a FIFO queue, as this process holds them: one message of a group is handed out at
 * a time, the rest of what was received waits, held, in order.
 */
export class GroupLanes {
  readonly #lanes = new Map<string, HeldMessage[]>();

  /** True: hand it out now. False: it waits behind another message of its group. */
  admit(held: HeldMessage): boolean {
    const { groupId } = held.message;
    if (groupId === undefined) return true;
    const lane = this.#lanes.get(groupId);
    if (lane === undefined) {
      this.#lanes.set(groupId, []);
      return true;
    }
    held.waited = true;
    lane.push(held);
    return false;
  }

  /** The first of the group was deleted: the next may be handed out. */
  next(held: HeldMessage): HeldMessage | undefined {
    const { groupId } = held.message;
    if (groupId === undefined) return undefined;
    const next = this.#lanes.get(groupId)?.shift();
    if (next === undefined) this.#lanes.delete(groupId);
    return next;
  }

  /** The first of the group goes back: so must all that wait behind it, or order would be lost. */
  clear(held: HeldMessage): readonly HeldMessage[] {
    const { groupId } = held.message;
    if (groupId === undefined) return [];
    const lane = this.#lanes.get(groupId) ?? [];
    this.#lanes.delete(groupId);
    return lane;
  }

  /** All that waits in any lane. The lanes stay: their first is still out. */
  clearAll(): readonly HeldMessage[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.splice(0));
  }
}
