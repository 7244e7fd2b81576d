import { ViewerDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { createApi } from '../api/create-api.js';

/** Asks the gateway whether a token is valid. @returns null, or a sentence that says why it cannot be used */
export async function checkToken(token: string): Promise<string | null> {
  if (!/^[\x21-\x7e]+$/.test(token)) return 'A token has letters, digits and signs, and no spaces.';
  const { client } = createApi(token, () => {});
  const { error } = await client.query(ViewerDocument, {}).toPromise();
  return error ? faultOf(error).message : null;
}
