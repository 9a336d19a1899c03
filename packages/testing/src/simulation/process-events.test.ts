import { describe, expect, it } from 'vitest';
import { FaultPlan } from './fault-plan.ts';
import { History } from './history.ts';
import { drawProcessEvents } from './process-events.ts';
import { Simulation } from './simulation.ts';

const SLOTS = ['responder-1', 'responder-2', 'requester-1'];

function draw(seed: number): ReturnType<typeof drawProcessEvents> {
  const plan = new FaultPlan({ seed, rates: {}, history: new History(() => 0) });
  const random = new Simulation({ seed }).stream('events');
  return drawProcessEvents({ random, plan, slots: SLOTS, overMs: 60_000 });
}

describe('the events of processes', () => {
  const seeds = Array.from({ length: 300 }, (_, seed) => draw(seed));

  it('are of every kind, over some seeds', () => {
    const kinds = new Set(seeds.flat().map(({ what }) => what.kind));
    expect([...kinds].toSorted()).toEqual([
      'crash',
      'deleteHostQueue',
      'drain',
      'restart',
      'stall',
      'stepClock',
    ]);
  });

  it('drain responders alone, and delete the queues of requesters alone', () => {
    for (const { slot, what } of seeds.flat()) {
      if (what.kind === 'drain') expect(slot).toMatch(/^responder/);
      if (what.kind === 'deleteHostQueue') expect(slot).toMatch(/^requester/);
    }
  });

  it('stall responders one after the other, in few seeds', () => {
    const swizzled = seeds
      .map((events) => events.filter(({ atom }) => atom.endsWith('#swizzle')))
      .filter((events) => events.length > 0);
    expect(swizzled.length).toBeGreaterThan(10);
    expect(swizzled.length).toBeLessThan(60);
    for (const [first, second] of swizzled) {
      expect(new Set([first?.slot, second?.slot])).toEqual(new Set(['responder-1', 'responder-2']));
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBe(2000);
    }
    expect(new Set(swizzled.map(([first]) => first?.slot)).size).toBe(2);
  });
});
