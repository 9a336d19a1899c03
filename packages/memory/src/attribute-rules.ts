import { isSqsText, type MessageAttribute, type MessageAttributes } from '@replyq/contract/wire';

/** SQS: message attributes of one message. */
const MAX_ATTRIBUTES = 10;
/** Dots neither lead, trail nor follow each other. */
const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const MAX_NAME_CHARACTERS = 256;
const RESERVED = /^(?:aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(?:\.[A-Za-z0-9_.-]+)?$/;
const MAX_TYPE_CHARACTERS = 256;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** SQS: digits of a Number's precision. */
const MAX_DIGITS = 38;

/** What is wrong with the attributes of a message, or undefined. */
export function attributesFault(attributes: MessageAttributes): string | undefined {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) {
    return `The message has ${entries.length} attributes, ${MAX_ATTRIBUTES} are allowed`;
  }
  for (const [name, attribute] of entries) {
    const fault = nameFault(name) ?? valueFault(attribute);
    if (fault !== undefined) return `Attribute ${JSON.stringify(name.slice(0, 64))}: ${fault}`;
  }
  return undefined;
}

function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME_CHARACTERS || !NAME.test(name)) {
    return `the name must match ${NAME} and have up to ${MAX_NAME_CHARACTERS} characters`;
  }
  return RESERVED.test(name) ? 'the prefix is reserved' : undefined;
}

function valueFault({ type, value }: MessageAttribute): string | undefined {
  const base = type.length <= MAX_TYPE_CHARACTERS ? TYPE.exec(type)?.[1] : undefined;
  if (base === undefined) return `the type must match ${TYPE}`;
  if (value.length === 0) return 'the value is empty';
  if (typeof value !== 'string') return base === 'Binary' ? undefined : 'the value must be text';
  if (base === 'Binary') return 'the value must be bytes';
  if (!isSqsText(value)) return 'the value has a character that SQS does not take';
  return base === 'Number' ? numberFault(value) : undefined;
}

function numberFault(value: string): string | undefined {
  if (!NUMBER.test(value)) return 'the value is not a number';
  const [mantissa = ''] = value.split(/[eE]/);
  const digits = mantissa.replace(/\D/g, '').replace(/^0+/, '').length;
  return digits > MAX_DIGITS ? `the value has more than ${MAX_DIGITS} digits` : undefined;
}
