/** The deepest nesting of objects and arrays that is read or written: enough for notebooks, far from a full stack. */
export const mostNesting = 200;

/** The most faults that are told of one notebook. */
export const mostFaults = 20;

/** The most values in one JSON text: small ones take twenty times the memory of their text. */
export const mostValues = 5_000_000;
