/** The maximum nesting of objects and arrays, to read or to write: enough for notebooks and safe for recursion. */
export const maxNesting = 500;

/** The maximum number of faults that are reported for one notebook. */
export const maxFaults = 20;

/** The maximum number of values in one JSON text: small values take twenty times the memory of their text. */
export const maxValues = 5_000_000;
