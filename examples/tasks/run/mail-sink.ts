import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly to: string;
  /** What the sender has called it: of two with the same id one is a repetition. */
  readonly messageId: string;
  /** With its headers. */
  readonly raw: string;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
}

/** A mail server that delivers nothing and keeps all that it is sent. */
export interface MailSink {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Recipients that it has refused. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

/** Listens on this machine only. Refuses the first mail to `busyAddress`, as servers do that have too much to do. */
export async function startMailSink(busyAddress: string): Promise<MailSink> {
  const mails: ReceivedMail[] = [];
  const refused: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    // Whoever is connected when it closes.
    closeTimeout: 500,
    onRcptTo({ address }, _session, callback) {
      if (address !== busyAddress || refused.includes(address)) return callback();
      refused.push(address);
      callback(Object.assign(new Error('Busy, come again'), { responseCode: 451 }));
    },
    onData(stream, { envelope }, callback) {
      void text(stream).then((raw) => {
        const [recipient] = envelope.rcptTo;
        const messageId = /^Message-ID:\s*(\S+)/im.exec(raw)?.[1] ?? '';
        mails.push({ to: recipient?.address ?? '', messageId, raw, receivedAtMs: Date.now() });
        callback();
      }, callback);
    },
  });
  // A connection that breaks is the sender's affair, who tries again.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    refused,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
