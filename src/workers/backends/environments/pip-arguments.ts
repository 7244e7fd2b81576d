/** The arguments of `python -m pip` before `--target`, for a run that nobody watches. */
export const pipArguments = [
  ...['install', '--no-input', '--disable-pip-version-check'],
  ...['--no-cache-dir', '--progress-bar', 'off'],
];
