import type { IncomingMessage, ServerResponse } from 'node:http';
import { methodNotAllowed } from '../../../errors.js';
import { StaticAnswers, type StaticFile } from '../static-answers.js';
import { readPages } from './read-pages.js';

/** The paths of pages: the one application finds out by itself which page an address is. */
const pagePath = /^\/(spaces\/.*|administration(\/.*)?|docs)?$/;
/** Paths of APIs and files: what is missing there is answered as these answer. At all others a browser gets the application. */
const otherPath = /^\/(api|assets|git|graphql|healthz|metrics|openapi\.json|readyz)(\/|$)|\.\w+$/;
/** A hash in the name of a file changes with its content. */
const hashedPath = /^\/assets\//;
const notBuilt =
  'The pages of this gateway are not built; run "npm run build" and start it again. The API works without them.\n';

/**
 * What a page may do. Styles may be inline, because editors and widgets make their own; scripts come from files of the build
 * only. Frames are ours.
 */
const pagePolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What the frame for outputs of notebooks may do: run their scripts, in an origin of its own, with no request to any other site
 * than ours, and to ours for files of the build only. Only our pages may show it. A policy does not govern hints to a browser:
 * a script may still make it look up the name of a site, or connect to it. Nor does it govern WebRTC, see {@link frameConnections}.
 */
const framePolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  'img-src data: blob:',
  'media-src data: blob:',
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * Where the frame for outputs may connect to, with WebRTC blocked, which is the default of this header. Chromium has it since
 * version 152; the directive `webrtc` of CSP it does not know. In a browser without this header a script of an output can send
 * what it shows by WebRTC. A document in the frame, such as one of `srcdoc`, inherits the header; Chromium ends the process of
 * one that tries, which may be that of the page. See https://wicg.github.io/connection-allowlists/#webrtc
 */
const frameConnections = '(response-origin);webrtc=block';

/** What the frame for widgets may do: the same with scripts of ours, and none of notebooks. */
const widgetPolicy = framePolicy.replace(" 'unsafe-inline' 'unsafe-eval'", '');

/**
 * What the frame for charts may do: run scripts of the build, which draw what the page sends. Nothing of a notebook runs, and
 * the frame has no network either.
 */
const chartPolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'img-src data: blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The pages that only our pages show, as frames. */
const framePolicies: Readonly<Record<string, string>> = {
  '/frame.html': framePolicy,
  '/chart.html': chartPolicy,
  '/widgets.html': widgetPolicy,
};

/**
 * The pages of `web/` and their files, which are answered without a token. They are read into memory once. At most 1,000 answers
 * are open at the same time, each for at most a minute.
 */
export class PageEndpoint {
  readonly #directory: string;
  #pages: Promise<Map<string, StaticFile> | undefined> | undefined;
  readonly #answers = new StaticAnswers(1_000);

  /** @param directory `dist/web`; it may be missing */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Answers a GET or HEAD of a page or of one of its files: of a page only to a client that accepts HTML, as browsers do. At an
   * address of no page the application says so, with the status 404.
   * @param path without the query
   * @returns false when the request is for something else
   * @throws DomainError `overloaded` while too many answers are open, `method_not_allowed` for another method
   */
  async handle(req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    const isBrowser = /\btext\/html\b/i.test(req.headers.accept ?? '');
    const isKnown = pagePath.test(path);
    const isPage = isRead ? isBrowser && (isKnown || !otherPath.test(path)) : isKnown;
    if (!isPage && !/^\/(assets\/|favicon\.svg$|(frame|chart|widgets)\.html$)/.test(path)) return false;
    this.#pages ??= readPages(this.#directory).catch((error) => {
      this.#pages = undefined;
      throw error;
    });
    const pages = await this.#pages;
    const file = pages?.get(isPage ? '/index.html' : path);
    if (!file && !isPage) return false;
    if (!isRead) throw methodNotAllowed(['GET', 'HEAD']);
    this.#answers.admit(res);
    const status = isPage && !isKnown ? 404 : 200;
    if (file) await this.#answers.send(req, res, file, headersOf(path), status);
    else res.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(notBuilt);
    return true;
  }
}

function headersOf(path: string): Record<string, string> {
  const isHashed = hashedPath.test(path);
  return {
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': framePolicies[path] ?? pagePolicy,
    'x-dns-prefetch-control': 'off',
    ...(path === '/frame.html' ? { 'connection-allowlist': frameConnections } : {}),
    // The frames for outputs have opaque origins, from which module scripts are loaded by CORS. The files are no secret.
    ...(isHashed ? { 'access-control-allow-origin': '*' } : {}),
  };
}
