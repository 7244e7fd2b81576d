import { z } from 'zod';
import { pageQuery } from './lists.js';

export const createLinkBody = z.strictObject({
  target_type: z.enum(['product', 'analysis', 'repository', 'use_case']),
  target_id: z.string(),
});

export const listVersionsQuery = pageQuery(20, 100).extend({ branch: z.string().optional() });
