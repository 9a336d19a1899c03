import type { ConformanceCase } from './conformance-case.ts';
import type { QueueServiceFeature, QueueServiceFixture } from './queue-service-fixture.ts';

export type QueueServiceCase = ConformanceCase<QueueServiceFixture, QueueServiceFeature>;

/** A case that opens a fixture, checks it, and closes it whatever happens. */
export function queueServiceCase(
  name: string,
  check: (fixture: QueueServiceFixture) => Promise<void>,
  needs: readonly QueueServiceFeature[] = [],
): QueueServiceCase {
  return {
    name,
    needs,
    async run(factory: () => Promise<QueueServiceFixture>): Promise<void> {
      const fixture = await factory();
      try {
        await check(fixture);
      } finally {
        await fixture.close();
      }
    },
  };
}
