import { builder } from './builder.js';

/** Why something was not saved. */
interface SaveFaultRow {
  code: string;
  detail: string;
}

/** The object type of the reason why something was not saved. */
export const SaveFault = builder.objectRef<SaveFaultRow>('SaveFault').implement({
  description: 'Why the gateway could not save something for a caller who did not wait for it.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'From the closed list of error codes.' }),
    detail: t.exposeString('detail', { description: 'One sentence for people; it contains no secrets.' }),
  }),
});
