import { expect } from 'vitest';

const PROTOTYPES: readonly object[] = [
  Object,
  Array,
  Function,
  Promise,
  Map,
  Set,
  Date,
  String,
  Number,
  Error,
  RegExp,
  Uint8Array,
].flatMap((constructor) => [constructor, constructor.prototype as object]);

/** Remembers the platform's prototypes; what it returns fails if one of them is another now. */
export function watchPrototypes(): () => void {
  const before = PROTOTYPES.map(propertiesOf);
  return () => {
    for (const [at, object] of PROTOTYPES.entries()) {
      const now = propertiesOf(object);
      expect([...now.keys()]).toEqual([...before[at]!.keys()]);
      for (const [key, descriptor] of now) {
        const then = before[at]!.get(key)!;
        const same = Object.is(descriptor.value, then.value) && descriptor.get === then.get;
        if (!same) expect.fail(`${String(key)} of a prototype was replaced`);
      }
    }
  };
}

function propertiesOf(object: object): ReadonlyMap<PropertyKey, PropertyDescriptor> {
  return new Map(
    Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)!]),
  );
}

/** Collects rejections that nobody handles; what it returns ends that and fails if there was one. */
export function watchRejections(): () => void {
  const seen: unknown[] = [];
  const see = (reason: unknown): void => void seen.push(reason);
  process.on('unhandledRejection', see);
  return () => {
    process.off('unhandledRejection', see);
    expect(seen).toEqual([]);
  };
}
