import type {
  OpenTransportFixture,
  TransportFeature,
  TransportFixtureOptions,
} from './transport-fixture.ts';
import { TransportUser } from './transport-user.ts';

/** One finding about a transport. `runCase` and `missingFeatures` take it like any other case. */
export interface TransportCase {
  /** The finding, in the present tense. */
  readonly name: string;
  /** Features without which the case proves nothing, or takes minutes. */
  readonly needs: readonly TransportFeature[];
  /** Opens a fixture of its own, and rejects when the finding is not true of it, or something is left. */
  run(factory: OpenTransportFixture): Promise<void>;
}

/** A case that opens a fixture, checks it, and closes all that it opened whatever happens. */
export function transportCase(
  name: string,
  check: (user: TransportUser) => Promise<void>,
  needs: readonly TransportFeature[] = [],
  options: TransportFixtureOptions = {},
): TransportCase {
  return {
    name,
    needs,
    async run(factory: OpenTransportFixture): Promise<void> {
      const user = new TransportUser(await factory(options));
      const faults: unknown[] = [];
      const note = (fault: unknown): void => {
        faults.push(fault);
      };
      await check(user).catch(note);
      await user.close().catch(note);
      // What went wrong first is the reason; a case that broke off leaves things behind.
      if (faults.length > 0) throw faults[0];
    },
  };
}
