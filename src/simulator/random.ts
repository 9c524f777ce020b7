/** Chance that can be had again: the same seed draws the same numbers, on every machine. */
import { createHash } from 'node:crypto';

export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** True about once in `times` draws. */
  oneIn(times: number): boolean;
}

/** 64 bits of SHA-256 in hexadecimal: enough to tell conversations apart, short enough to read in a log. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** mulberry32 (public domain): 32 bits of state are plenty for prose, and it needs no library. */
export function createRandom(seed: string): Random {
  let state = Number.parseInt(digest(seed).slice(0, 8), 16);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    oneIn: (times) => below(times) === 0,
  };
}
