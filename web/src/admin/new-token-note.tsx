import { useState } from 'react';

/** Shows a token for the one time that it can be read. */
export function NewTokenNote({ token }: { token: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    // Browsers refuse it where the page is not loaded securely.
    await navigator.clipboard?.writeText(token).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="secret" role="status">
      <strong>Copy the new token now; it is not shown again.</strong>
      <code>{token}</code>
      <button type="button" onClick={copy}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
