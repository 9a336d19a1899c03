import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { describe, expect, it } from 'vitest';
import { createConnectionPool } from './connection-pool.ts';

describe('a pool', () => {
  it('keeps connections of its protocol alive, up to so many', () => {
    const { agent } = createConnectionPool('https:', undefined, 7);
    expect(agent).toBeInstanceOf(HttpsAgent);
    expect(agent).toMatchObject({ keepAlive: true, maxSockets: 7 });
    expect(createConnectionPool('http:', undefined, 7).agent).not.toBeInstanceOf(HttpsAgent);
  });

  it('takes agent options over its own', () => {
    const { agent } = createConnectionPool('http:', { maxSockets: 3 }, 7);
    expect(agent).toMatchObject({ keepAlive: true, maxSockets: 3 });
  });

  it('of the user’s agent uses it as it is, and does not destroy it', () => {
    const given = new Agent();
    let destroyed = false;
    given.destroy = () => void (destroyed = true);
    const pool = createConnectionPool('http:', given, 7);
    expect(pool.agent).toBe(given);
    pool.closeIdle();
    pool.destroy();
    expect(destroyed).toBe(false);
  });
});
