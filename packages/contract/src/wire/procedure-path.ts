const PATH = /^[A-Za-z_][\w-]{0,63}(?:\.[A-Za-z_][\w-]{0,63}){0,7}$/;
const NAME = /^[A-Za-z_][\w-]{0,63}$/;

/** `login`, `user.byId`: one to eight names of at most 64 ASCII characters, with dots between. */
export function isProcedurePath(text: string): boolean {
  return text.length <= 520 && PATH.test(text);
}

/** One segment of a path, and the name of a declared error. */
export function isWireName(text: string): boolean {
  return NAME.test(text);
}
