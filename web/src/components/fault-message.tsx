import type { ApiFault } from '../api/api-error.js';

/** An error of the API as its user sees it. */
export function FaultMessage({ fault }: { fault: ApiFault | null | undefined }) {
  if (!fault) return null;
  return (
    <p className="fault" role="alert">
      {fault.message}
    </p>
  );
}
