import { useState } from 'react';
import { messageOf } from '../storage/api-requests.js';
import { fileName } from '../storage/page-file.js';
import { type RawFile, readRawFile } from './raw-file.js';

/** Saves a file of any bytes on the user's machine. */
export function DownloadButton({ file }: { file: RawFile }) {
  const [error, setError] = useState<string | null>(null);
  const download = async () => {
    setError(null);
    try {
      const url = URL.createObjectURL(await readRawFile(file));
      const link = document.createElement('a');
      link.href = url;
      link.download = fileName(file.path);
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (reason) {
      setError(messageOf(reason));
    }
  };
  return (
    <>
      <button type="button" onClick={() => void download()}>
        Download
      </button>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
