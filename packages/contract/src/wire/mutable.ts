/**
 * A value under construction. Optional fields are assigned one by one: conditional spreads cost
 * three times as much, and every frame is made of a few.
 */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
