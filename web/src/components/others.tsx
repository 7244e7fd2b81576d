/** Says that a list is longer than what is shown. */
export function Others({ total, shown }: { total: number; shown: number }) {
  if (total <= shown) return null;
  return (
    <p className="hint">
      {shown} of {total} are shown; the API lists all.
    </p>
  );
}
