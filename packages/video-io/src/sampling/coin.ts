import type { Random } from '@tgm/random';

/** A draw is made whether or not anything depends on it, so that options do not move the draws behind it. */
export const coin = (random: Random): boolean => random() < 0.5;
