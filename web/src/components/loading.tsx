/** Shown until the first answer is there. */
export function Loading({ what = 'the page' }: { what?: string }) {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}
