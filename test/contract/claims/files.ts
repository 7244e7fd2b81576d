import { type Claim, proven } from './claim.js';

/** Files, versions and links. */
export const filesClaims: Claim[] = [
  ...proven('test/api/files/comparisons.test.ts', {
    'Two refs can be compared, with the files that differ.':
      'lists the files that differ, with renames of similar files',
    'A notebook is compared cell by cell.': 'has the cells of a notebook with what became of each',
  }),
  ...proven('test/api/files/merged-saves.test.ts', {
    'A conflict says whether a merge is possible, and merge: auto does it.':
      'says that a merge is possible, and merges on demand',
  }),
  ...proven('test/api/files/branch-merges.test.ts', {
    'Branches are merged, notebooks by cells.':
      'merges notebooks by cells and texts by lines, and takes over what one side alone changed',
    'A merge keeps a rename apart from a new file at the old path.':
      'keeps the id apart from that of a new notebook at the old path',
  }),
  ...proven('test/api/files/merged-commits.test.ts', {
    'Several saves in one commit are merged, or none is written.':
      'nothing is written where one of them cannot be merged, and the conflict names its cells',
  }),
  ...proven('test/api/files/reading-and-saving.test.ts', {
    'A file has its blob sha as ETag, and If-None-Match is answered 304.':
      'answers 304 to its ETag in If-None-Match',
    'The same bytes again make no commit.':
      'saved again with the same bytes creates no version and no commit',
    'Number tokens are kept.': 'keeps its number tokens through read and save',
    'A wrong base_sha is a 409 with the current one.':
      'a wrong base_sha answers 409 with the current one, and writes nothing',
    'Of concurrent saves from one base one succeeds.':
      'of 20 concurrent saves of one file with the same base_sha one succeeds and 19 answer 409',
    'No save drops another commit.': '20 concurrent saves of 20 files on one branch create 20 commits',
    'A rename keeps the notebook id.':
      'a rename keeps the notebook id, and a new file at the old path gets a new id',
  }),
  ...proven('test/api/files/refusals.test.ts', {
    'A body over 64 MiB is a 413.': 'a body over 64 MiB answers 413',
    'A stored file that is no valid notebook is listed, and a 409 when it is read.':
      'a stored notebook that is not valid is listed, and answers 409 when read',
    'A protected branch takes writes from space admins only.':
      'a viewer may read and not write, and a protected branch accepts writes of space admins only',
  }),
  ...proven('test/api/git-push.test.ts', {
    'A protected branch takes pushes from space admins only.':
      'that are protected accept pushes from space admins only',
  }),
  ...proven('test/api/versions.test.ts', {
    'Versions are newest first, and pushes are among them.':
      'of saves and of native pushes are newest first, and each can be read',
    'A pushed rename keeps the notebook id, and branches share it.':
      'follow a pushed rename, and another branch has the same notebook id',
  }),
  ...proven('test/api/files/archive.test.ts', {
    'An archive of a workspace at a ref can be read.': 'as %s has the stored bytes of every regular file',
  }),
  ...proven('test/api/files/search.test.ts', {
    'The names and the content of files can be searched, with pages of one commit.':
      'pages after a cursor stay with their commit when the branch moves',
    'A hit in a notebook names the cell.':
      'finds the lines of text files, and those of sources and outputs of cells',
  }),
  ...proven('test/contract/files.test.ts', {
    'A file, an entry of a list and a version have the fields of the contract.':
      'a notebook, a text file, an entry of the list, and a version are those of the contract',
    'A link has the fields of the contract.': 'a link are those of the contract',
    "The default ref is the workspace's branch, and of repositories and versions the default branch.":
      'is the branch of the workspace where none is given, and of a repository its default branch',
    'Writes take a branch only.': 'of a write is a branch: neither a tag nor a commit is one',
    'A save without base_sha is unconditional.': 'without a base_sha is made whatever is there',
    'A base_sha is checked first, then sameness.':
      'has its base_sha checked before it is found to be the same',
    'The commit_sha is the last commit that changed the file, and the ETag covers the whole answer.':
      'of another file does not change the commit_sha and the ETag of this one',
    'The id, the links and the versions follow a renamed file.':
      'takes the notebook id, the links and the versions along',
    'A rename to a path that is taken is a 409.':
      'to a path that is taken is a 409, and one of a file that has changed too',
    'A rename on one branch leaves the path and the id of the others.':
      'on one branch leaves the path and the id of the other branches',
    'A path that is first seen on a branch takes the id that the default branch has there.':
      'leaves a path that first has a file on a branch with the id that the default branch has there',
    'A path that may not be written is a 400 invalid_path on every route.':
      'is refused over every route that writes to a new one: %s',
    'A name that differs only in case from one beside it is refused.':
      'that differs from a name beside it only in case is refused',
    'Symbolic links and submodules are never followed.':
      'that leads over a symbolic link or into a submodule has no file',
    'Fields of many lines are joined in answers, and taken in either form.':
      'has its texts joined in answers and as lists of lines in Git, and is taken in both forms',
    'Notebooks are stored as Jupyter writes them.': 'is stored as Jupyter writes it',
    'Missing cell ids of 4.5 are added, duplicates refused.':
      'gets the cell ids of 4.5 that it lacks; ids that are there twice are refused',
    'Notebooks of nbformat 4.0 to 4.5 are taken, and metadata nobody knows is kept.':
      'of nbformat 4.%i is taken, with metadata that nobody knows',
    'Other majors are a 400.': 'of nbformat %i is refused',
    'NaN and Infinity are read, and answered as null.': 'of Python has its NaN and Infinity answered as null',
    'A text file must be UTF-8.': 'a text that is not UTF-8 is refused',
    'A new repository has an initial commit on its default branch.':
      'a new repository has one commit on its default branch',
  }),
  ...proven('test/api/files/reading-and-saving.test.ts', {
    'A file is created with 201, read, listed and saved with 200, by its caller and the service.':
      'is created, listed, read and saved as a version',
    'A new notebook without content is empty.': 'is created empty when the body has none',
    'Text files are listed with kind=all, saved, and renamed with the default message.':
      'is created, read, saved and renamed',
    'A path that exists is a 409 file_exists, a missing file a 404.':
      'a path that exists answers 409 file_exists, and a missing file 404',
    'An outside commit that moves the identical blob keeps the id.':
      'files of a pushed commit are read, listed and given ids',
  }),
  ...proven('test/api/files/refusals.test.ts', {
    'A hostile path is a 400 invalid_path and writes nothing.': 'for the path %j',
    'A hostile branch is a 400.': 'for the branch %j',
    'An unknown ref is a 404.': 'except an unknown ref, which answers 404',
    'An invalid notebook is a 400 with the JSON path of each fault.':
      'for a notebook with faults, each reported with its JSON path',
    'What contradicts the kind of the path is a 400.': 'for the other kind of file: %s %s with %j',
    'A kind of text on /file and /files is a 400.': 'for %s %s with the kind "text", whatever the path',
    'A text path on /file is a 400.': 'for a text path on the notebook endpoint',
    'A folder in place of a file is a 400.': 'for a folder in place of a file',
  }),
  ...proven('test/api/files/preconditions.test.ts', {
    'The ETag is the blob sha, and another one where the rest of the answer differs.':
      'is the blob sha, and another one when the same bytes come back',
  }),
  ...proven('test/api/git-clients.test.ts', {
    'A ref is a branch, a tag or a commit.': 'may be given as %s',
  }),
  ...proven('test/api/files/foreign-names.test.ts', {
    'Reads serve any file that exists.': 'is read, saved and keeps its id: %j',
    'A new file has a name that Windows can check out.': 'is refused for a new file and a new path: %j',
  }),
  ...proven('test/engines/git/reading.test.ts', {
    'Symbolic links and submodules are neither read nor listed.':
      'that are symlinks or submodules are neither read, listed, nor followed',
  }),
  ...proven('test/engines/nbformat/encode-notebook.test.ts', {
    'The bytes of a notebook are those of nbformat.write.': '$name',
    'Lines are split where Python does.': 'splits lines where Python does',
    'What Python stored as NaN is written as null.': 'writes the NaN and Infinity that Python stored as null',
  }),
  ...proven('test/engines/nbformat/notebook-faults.test.ts', {
    'Notebooks are validated against the schemas of nbformat.': 'agrees on every mutation of a 4.%i notebook',
    'Every other major is refused.': 'refuses nbformat %s.%s',
  }),
  ...proven('test/engines/nbformat/json.test.ts', {
    "Number tokens survive as Python's json writes them.": 'keeps numbers as Python writes them',
  }),
  ...proven('test/api/files/binary-files.test.ts', {
    'A stored file that is not UTF-8 is listed, and a 409 where its content is wanted.':
      'are still refused where their content is wanted',
  }),
  ...proven('test/api/long-histories.test.ts', {
    'Ids are the same when the index is built again.':
      'is rebuilt with the same notebook ids when its commit no longer exists',
  }),
  ...proven('test/api/file-commits.test.ts', {
    'A link is a 201, and a 409 when it is made twice.':
      'are created, listed from both sides, and deleted; a second one to the same target is 409',
    'A target that is not in the space is a 400.': 'to a target of another space or of another type are 400',
  }),
];
