import { useState } from 'react';
import { fileNameOf, type RestRequest, restRequest } from '../api/rest-request.js';
import { useSession } from '../sign-in/session.js';

/** Saves what the REST API answers on the user's machine. */
export function DownloadButton({
  label = 'Download',
  name,
  className,
  before,
  ...request
}: {
  /** What the button says. */
  label?: string;
  /** The name for screen readers, which begins with the label; default the label. */
  name?: string;
  className?: string;
  /** What is done first, e.g. saving. */
  before?: () => Promise<void>;
} & Pick<RestRequest, 'slug' | 'path' | 'query'>) {
  const { token } = useSession();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    setError(null);
    setBusy(true);
    try {
      await before?.();
      const response = await restRequest({ ...request, token: token ?? '' });
      saveOnMachine(fileNameOf(response), await response.blob());
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={name}
        disabled={isBusy}
        onClick={() => void download()}
      >
        {label}
      </button>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
    </>
  );
}

function saveOnMachine(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
