import { defineContract, mutation } from '@replyq/contract';
import { z } from 'zod';

export const Credentials = z.object({
  /** Comes back in the session: the proof that a caller got its own answer. */
  nonce: z.number().int(),
  user: z.string().min(1),
  password: z.string(),
  /** As long as the payload is to be. */
  agent: z.string(),
});

export const Session = z.object({
  nonce: z.number().int(),
  userId: z.string(),
  token: z.string(),
  roles: z.array(z.string()),
  expiresAtMs: z.number(),
});

export type Credentials = z.infer<typeof Credentials>;
export type Session = z.infer<typeof Session>;

/** The call of every bench. */
export const bench = defineContract('bench', {
  login: mutation({ input: Credentials, output: Session }),
});

/** Bytes of the input as JSON without its `agent`, give or take the digits of the nonce. */
const REST_BYTES = 78;
const TOKEN = '5f2c1a9e'.repeat(8);
const agents = new Map<number, string>();

/** An input of about `payloadBytes` as JSON. */
export function credentials(nonce: number, payloadBytes: number): Credentials {
  return { nonce, user: 'ann', password: 'correct horse battery', agent: agentOf(payloadBytes) };
}

export function login({ nonce, user }: Credentials): Session {
  return {
    nonce,
    userId: `${user}-${nonce}`,
    token: TOKEN,
    roles: ['reader', 'writer'],
    expiresAtMs: 1_900_000_000_000,
  };
}

function agentOf(payloadBytes: number): string {
  let agent = agents.get(payloadBytes);
  if (agent === undefined) {
    agent = 'Mozilla/5.0 (X11; Linux x86_64) '.repeat(Math.ceil(payloadBytes / 32));
    agent = agent.slice(0, Math.max(0, payloadBytes - REST_BYTES));
    agents.set(payloadBytes, agent);
  }
  return agent;
}
