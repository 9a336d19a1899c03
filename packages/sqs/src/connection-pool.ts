import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export type Protocol = 'http:' | 'https:';

/** An agent, and what may be done to its connections: nothing, if it is the user's. */
export interface ConnectionPool {
  readonly agent: HttpAgent;
  /**
   * Closes the connections that wait for a request; those in use stay. For after a request that was
   * given up unanswered: what forgot its connection, say a NAT, has as a rule forgotten these as
   * well, and each would cost another request its whole time.
   */
  closeIdle(): void;
  /** Closes all. */
  destroy(): void;
}

/** Of the agent `given`, or of one of our own by the options `given`, if any. */
export function createConnectionPool(
  protocol: Protocol,
  given: unknown,
  maxSockets: number,
): ConnectionPool {
  if (isAgent(given)) {
    return { agent: given, closeIdle: () => undefined, destroy: () => undefined };
  }
  const Agent = protocol === 'https:' ? HttpsAgent : HttpAgent;
  const options = given as AgentOptions | null | undefined;
  const agent = new Agent({ keepAlive: true, maxSockets, ...options });
  return {
    agent,
    closeIdle() {
      // The agent never hands out what is destroyed, even before it has heard of it.
      const idle = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
      for (const socket of idle) socket.destroy();
    },
    destroy: () => agent.destroy(),
  };
}

function isAgent(given: unknown): given is HttpAgent {
  return typeof given === 'object' && given !== null && 'destroy' in given;
}
