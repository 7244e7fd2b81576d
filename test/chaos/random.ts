import { seededRandom } from '../engines/git/seeded-random.js';

/** Choices that one seed repeats. */
export interface Random {
  /** A whole number from 0 up to (not including) `limit`. */
  below(limit: number): number;
  pick<T>(all: readonly T[]): T;
  /** @param choices each with its weight */
  weighted<T>(choices: readonly (readonly [T, number])[]): T;
  /** A source of its own, so that its choices do not depend on how often others choose. */
  fork(): Random;
}

/** Makes a {@link Random}. */
export function createRandom(seed: number): Random {
  const below = seededRandom(seed);
  return {
    below,
    pick: (all) => all[below(all.length)]!,
    weighted(choices) {
      let left = below(choices.reduce((sum, [, weight]) => sum + weight, 0));
      for (const [choice, weight] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      throw new Error('There is nothing to choose from.');
    },
    fork: () => createRandom(below(2 ** 31)),
  };
}
