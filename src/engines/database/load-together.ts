/** Keys that are asked for, until they are loaded. */
interface Batch {
  keys: Set<string>;
  loaded: Promise<ReadonlyMap<string, unknown>>;
}

const batches = new WeakMap<object, Map<string, Batch>>();

/**
 * Loads what is asked for in one tick of the event loop together, e.g. the owners of all rows of a page with one statement. A
 * key that is asked for several times is loaded once. Nothing is kept, so a later tick reads anew.
 * @param sharer who may share what is loaded, e.g. the context of a request
 * @param what names what is loaded; calls with the same name pass a `load` that does the same
 * @param load is called once for all keys
 * @returns undefined when `load` has no value for the key
 * @example
 * const owner = await loadTogether(ctx, 'users', id, (ids) => usersById(prisma, ids));
 */
export async function loadTogether<V>(
  sharer: object,
  what: string,
  key: string,
  load: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
): Promise<V | undefined> {
  let open = batches.get(sharer);
  if (!open) {
    open = new Map();
    batches.set(sharer, open);
  }
  let batch = open.get(what);
  if (!batch) {
    batch = begin(open, what, load);
    open.set(what, batch);
  }
  batch.keys.add(key);
  return (await batch.loaded).get(key) as V | undefined;
}

function begin(
  open: Map<string, Batch>,
  what: string,
  load: (keys: string[]) => Promise<ReadonlyMap<string, unknown>>,
): Batch {
  const keys = new Set<string>();
  // Runs after all that waits for promises which are resolved now has asked, too.
  const ready = new Promise<void>((resolve) => process.nextTick(resolve));
  const loaded = ready.then(() => {
    open.delete(what);
    return load([...keys]);
  });
  return { keys, loaded };
}

/**
 * {@link loadTogether} for what is read one by one, e.g. from files: all who ask in one tick go on in one tick, so that what
 * they read next can be loaded together.
 * @throws what `loadOne` throws for the key
 */
export async function loadEachTogether<V>(
  sharer: object,
  what: string,
  key: string,
  loadOne: (key: string) => Promise<V>,
): Promise<V> {
  const outcome = await loadTogether(sharer, what, key, async (keys) => {
    const outcomes = await Promise.allSettled(keys.map(loadOne));
    return new Map(outcomes.map((one, index) => [keys[index]!, one]));
  });
  if (outcome!.status === 'rejected') throw outcome!.reason;
  return outcome!.value;
}
