import { createTransport } from 'nodemailer';
import { textOf, type Recipient } from './mail-texts.ts';

/** A mail server that does not answer must not take longer than the task may. */
const PATIENCE_MS = 8000;

export interface Email {
  readonly recipient: Recipient & { readonly to: string };
  /** The same for all runs of the task. */
  readonly taskId: string;
}

export interface MailRoom {
  readonly smtpPort: number;
  /** Of the texts. */
  readonly version: number;
}

/** The task's id is the Message-ID: a mail that was sent twice is known to be one. */
export async function sendEmail(
  { recipient, taskId }: Email,
  { smtpPort, version }: MailRoom,
): Promise<void> {
  const text = textOf(recipient, version);
  const server = createTransport({
    host: '127.0.0.1',
    port: smtpPort,
    ignoreTLS: true,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  await server.sendMail({
    from: 'office@example.org',
    to: recipient.to,
    messageId: `<${taskId}@example.org>`,
    subject: recipient.template,
    text,
  });
}
