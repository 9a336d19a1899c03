/** Whom a mail is for, and which one it is. */
export interface Recipient {
  readonly name: string;
  readonly template: 'welcome' | 'invitation';
}

/** Version 1 has a bug: it thinks that everybody has a surname. */
export function textOf({ name, template }: Recipient, version: number): string {
  if (template === 'welcome') return `Hello ${name}, good to have you here.`;
  const [first = '', surname] = name.split(' ');
  const greeted = version === 1 ? surname!.toUpperCase() : (surname ?? first).toUpperCase();
  return `Dear ${greeted}, come to our party.`;
}
