import type { IncomingMessage, ServerResponse } from 'node:http';
import { StaticAnswers } from '../../http/static-answers.js';
import { type PreparedPage, prepareExplorerPage } from './prepare-explorer-page.js';

/**
 * The page of the explorer, which is answered without a token. A thread builds and compresses it once. At most 200 answers are
 * open at the same time, each for at most a minute.
 */
export class ExplorerEndpoint {
  #prepared: Promise<PreparedPage> | undefined;
  readonly #answers = new StaticAnswers(200);

  /** Whether a request to `/graphql` asks for the page: a GET or HEAD of a browser that follows a link. */
  static matches({ method, headers }: IncomingMessage): boolean {
    return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
  }

  /** Answers with the page, or 304. @throws DomainError `overloaded` while too many answers are open */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#answers.admit(res);
    this.#prepared ??= prepareExplorerPage().catch((error) => {
      this.#prepared = undefined;
      throw error;
    });
    const { contentSecurityPolicy, ...page } = await this.#prepared;
    const file = { ...page, contentType: 'text/html; charset=utf-8' };
    await this.#answers.send(req, res, file, {
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy,
    });
  }
}
