/**
 * The faults of objects that are taken as they are, by their names in Git's fsck: spellings of modes, dates and identities that
 * older programs wrote, and that every reader understands. They are in many public histories, and a history cannot be
 * corrected. Everything else stays an error, above all what was used against Git clients. GitLab does not report
 * `badTimezone`, `missingSpaceBeforeDate` and `zeroPaddedFilemode` either.
 * @see https://git-scm.com/docs/git-fsck#_fsck_messages
 * @see https://docs.gitlab.com/administration/gitaly/consistency_checks/
 */
const harmless = [
  'badEmail',
  'badName',
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

/** The option of `git index-pack` that checks each object, with these severities. */
export const strictOption = `--strict=${harmless.map((fault) => `${fault}=ignore`).join()}`;

/** The settings with which `git fetch` checks each object in the same way. */
export const fetchChecks: Record<string, string> = {
  'transfer.fsckObjects': 'true',
  ...Object.fromEntries(harmless.map((fault) => [`fetch.fsck.${fault}`, 'ignore'])),
};
