import { useEffect, useState } from 'react';
import { Loading } from '../../components/loading.js';
import { messageOf } from '../storage/api-requests.js';
import { type RawFile, readRawFile } from './raw-file.js';

const imageTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};

/** The MIME type of an image, by the end of its name; undefined for other files. */
export const imageTypeOf = (path: string) => imageTypes[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];

/** An image of a workspace. A browser runs no scripts in it. */
export function ImageFile({ file, type }: { file: RawFile; type: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { slug, workspaceId, path, branch, token } = file;
  useEffect(() => {
    let made: string | undefined;
    let isCurrent = true;
    readRawFile({ slug, workspaceId, path, branch, token })
      .then((blob) => {
        if (!isCurrent) return;
        made = URL.createObjectURL(new Blob([blob], { type }));
        setUrl(made);
      })
      .catch((reason) => isCurrent && setError(messageOf(reason)));
    return () => {
      isCurrent = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [slug, workspaceId, path, branch, token, type]);
  if (error)
    return (
      <p className="fault" role="alert">
        {error}
      </p>
    );
  return url ? <img className="image-output" src={url} alt={path} /> : <Loading what="the image" />;
}
