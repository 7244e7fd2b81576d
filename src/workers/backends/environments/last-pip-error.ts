const maxLength = 300;

/** The last error of pip as the rest of a sentence, without paths of this machine, addresses and control characters. */
export function lastPipError(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const line = lines.findLast((one) => /^error: /i.test(one)) ?? lines.findLast((one) => one !== '') ?? '';
  const safe = line
    .replace(/^error: /i, '')
    .replace(/\b[a-z+]+:\/\/\S+/gi, '…')
    .replace(/(^|[\s'"(=[])(?:~|\.{0,2})\/\S*/g, '$1…')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\.$/, '')
    .slice(0, maxLength);
  return safe || 'pip failed';
}
