import { describe, expect, it } from 'vitest';
import { createVirtualRuntime } from './virtual-runtime.ts';

function draw(seed: number): readonly unknown[] {
  const runtime = createVirtualRuntime({ seed });
  return [runtime.random(), runtime.createId(21), runtime.random()];
}

describe('virtual runtime', () => {
  it('fires timers in the order in which they are due, ties in the order of their setting', async () => {
    const runtime = createVirtualRuntime();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
    ] as const) {
      runtime.setTimer(delayMs, () => fired.push(`${name}@${runtime.monotonicMs()}`));
    }
    await runtime.advance(20);
    expect(fired).toEqual(['a@10', 'b@10', 'c@20']);
  });

  it('does not fire a timer before its time', async () => {
    const runtime = createVirtualRuntime();
    let fired = false;
    runtime.setTimer(10, () => {
      fired = true;
    });
    await runtime.advance(9);
    expect(fired).toBe(false);
    await runtime.advance(1);
    expect(fired).toBe(true);
  });

  it('runs the microtasks of one timer, however many, before the next timer', async () => {
    const runtime = createVirtualRuntime();
    const trace: string[] = [];
    runtime.setTimer(1, () => {
      void (async () => {
        for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
        trace.push('first');
      })();
    });
    runtime.setTimer(1, () => trace.push('second'));
    await runtime.advance(1);
    expect(trace).toEqual(['first', 'second']);
  });

  it('fires timers that timers set, at their own instants', async () => {
    const runtime = createVirtualRuntime();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(runtime.monotonicMs());
      runtime.setTimer(5, again);
    };
    runtime.setTimer(5, again);
    await runtime.advance(17);
    expect(fired).toEqual([5, 10, 15]);
    expect(runtime.monotonicMs()).toBe(17);
  });

  it('never fires a cancelled timer and forgets it', async () => {
    const runtime = createVirtualRuntime();
    const fired: string[] = [];
    const timers = ['a', 'b', 'c'].map((name) => runtime.setTimer(1, () => fired.push(name)));
    timers[1]?.cancel();
    timers[1]?.cancel();
    expect(runtime.timerCount()).toBe(2);
    await runtime.advance(1);
    timers[0]?.cancel();
    expect(fired).toEqual(['a', 'c']);
    expect(runtime.timerCount()).toBe(0);
  });

  it('runs until a promise settles, and no further', async () => {
    const runtime = createVirtualRuntime();
    const promise = new Promise<string>((resolve) => {
      runtime.setTimer(1_000, () => resolve('done'));
    });
    runtime.setTimer(5_000, () => {});
    expect(await runtime.run(promise)).toBe('done');
    expect(runtime.monotonicMs()).toBe(1_000);
  });

  it('rejects like the promise that it runs', async () => {
    const runtime = createVirtualRuntime();
    await expect(runtime.run(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('says so when no timer is left that could settle a promise', async () => {
    const runtime = createVirtualRuntime();
    runtime.setTimer(7, () => {});
    const never = new Promise(() => {});
    await expect(runtime.run(never)).rejects.toThrow('pending at 7 ms and no timer is left');
  });

  it('gives up at the limit of virtual time', async () => {
    const runtime = createVirtualRuntime();
    const tick = (): void => void runtime.setTimer(1_000, tick);
    tick();
    const never = new Promise(() => {});
    await expect(runtime.run(never)).rejects.toThrow('after 3600000 ms');
    await expect(runtime.run(never, { limitMs: 10 })).rejects.toThrow('after 10 ms');
  });

  it('draws the same numbers and ids for the same seed, and others for another', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('draws ids from a stream of their own', () => {
    const one = createVirtualRuntime({ seed: 3 });
    const other = createVirtualRuntime({ seed: 3 });
    for (let draws = 0; draws < 5; draws += 1) other.random();
    expect(one.createId(30)).toBe(other.createId(30));
    expect(one.createId(30)).toMatch(/^[A-Za-z0-9_-]{30}$/);
  });

  it('steps the wall clock without the monotonic one', async () => {
    const runtime = createVirtualRuntime({ startMs: 1_000_000, wallOffsetMs: 500 });
    expect(runtime.nowMs()).toBe(1_000_500);
    await runtime.advance(100);
    runtime.stepWallClock(-600);
    expect(runtime.nowMs()).toBe(1_000_000);
    expect(runtime.monotonicMs()).toBe(100);
  });
});
