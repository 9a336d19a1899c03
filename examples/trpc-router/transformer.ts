import { SuperJSON } from 'superjson';
import { Decimal } from './decimal.ts';

/** The router's and the client's transformer: an instance of its own, which knows a type of its own. */
export const transformer = new SuperJSON();

transformer.registerCustom<Decimal, string>(
  {
    isApplicable: (value): value is Decimal => value instanceof Decimal,
    serialize: (decimal) => decimal.toString(),
    deserialize: (text) => Decimal.parse(text),
  },
  'Decimal',
);
