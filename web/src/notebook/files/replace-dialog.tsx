import { Dialog } from '../../components/dialog.js';
import type { ExistingFile } from './use-upload.js';

/** So many names are listed. */
const maxNames = 10;

/** Asks before uploads replace files that are there. */
export function ReplaceDialog({
  files,
  onReplace,
  onKeep,
}: {
  files: readonly ExistingFile[];
  onReplace: () => void;
  onKeep: () => void;
}) {
  const isOne = files.length === 1;
  return (
    <Dialog
      title={isOne ? 'Replace the file that is there?' : `Replace ${files.length} files that are there?`}
      onClose={onKeep}
    >
      <ul className="replaced-names">
        {files.slice(0, maxNames).map(({ path }) => (
          <li key={path}>{path}</li>
        ))}
        {files.length > maxNames && <li>and {files.length - maxNames} others</li>}
      </ul>
      <p>What {isOne ? 'it has' : 'they have'} now stays in the history of the branch.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onReplace();
        }}
      >
        <footer>
          <button type="button" onClick={onKeep}>
            Keep {isOne ? 'it' : 'them'}
          </button>
          <button type="submit" className="primary">
            Replace
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
