import { untilAnswered } from '../engines/database/until-answered.js';

/**
 * The items of a generator that gives the same ones each time. When the database does not answer in between, it begins again, and
 * leaves out those that were delivered; see {@link untilAnswered} for how long.
 * @param end ends that
 */
export async function* repeatedChanges<T>(
  generate: () => AsyncGenerator<T>,
  end: AbortSignal,
): AsyncGenerator<T> {
  let items = generate();
  let delivered = 0;
  const next = async () => {
    try {
      return await items.next();
    } catch (error) {
      items = withoutFirst(delivered, generate());
      throw error;
    }
  };
  try {
    for (;;) {
      const { done, value } = await untilAnswered(next, { signal: end });
      if (done) return;
      delivered += 1;
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}

async function* withoutFirst<T>(count: number, items: AsyncGenerator<T>): AsyncGenerator<T> {
  let left = count;
  for await (const item of items) {
    if (left === 0) yield item;
    else left -= 1;
  }
}
