import { z } from 'zod';
import { readRefText } from './texts.js';

/** Which files are archived, and how. */
export const archiveQuery = z.object({
  ref: readRefText.optional(),
  format: z.enum(['zip', 'tar.gz']).optional().describe('The format of the archive; default: `zip`.'),
});
