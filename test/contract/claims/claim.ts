/** Something that clients may rely on, with the test that proves it. */
export interface Claim {
  claim: string;
  file: string;
  title: string;
}

/** Claims that the tests of one file prove: what clients may rely on, and the title of the test. */
export function proven(file: string, titles: Record<string, string>): Claim[] {
  return Object.entries(titles).map(([claim, title]) => ({ claim, file, title }));
}
