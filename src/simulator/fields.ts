/** Kinds of numbers that profile fields are made of. */
import { z } from 'zod';

/** Node's timers take no more: beyond, they fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Milliseconds, zero allowed. */
export const durationMs = z.int().min(0).max(LONGEST_TIMER_MS);

/** Milliseconds between two of something; at zero it would never do anything else. */
export const intervalMs = z.int().min(1).max(LONGEST_TIMER_MS);

/** UTF-16 code units. */
export const characterCount = z.int().min(0).max(10_000_000);
