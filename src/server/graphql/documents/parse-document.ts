import { type DocumentNode, Lexer, parse, Source, TokenKind } from 'graphql';
import { DomainError } from '../../../errors.js';

const maxBytes = 128 * 1024;
const maxTokens = 5_000;
const maxNesting = 100;

/**
 * Parses the text of a client's document. A text that is too large is refused by its length, before a token is read. The
 * tokens are counted first, because the parser calls itself for each bracket and would exhaust the stack.
 * @throws DomainError `invalid_request` for a text over 128 KiB, over 5,000 tokens, or with brackets nested deeper than 100
 * @throws GraphQLError for a text with a syntax error
 */
export function parseDocument(text: string): DocumentNode {
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new DomainError(
      'invalid_request',
      'The text of a document may have at most 128 KiB; send large values as variables.',
    );
  }
  const source = new Source(text);
  checkTokens(source);
  return parse(source, { maxTokens });
}

function checkTokens(source: Source): void {
  const lexer = new Lexer(source);
  let depth = 0;
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count++) {
    if (count >= maxTokens)
      throw new DomainError('invalid_request', 'A document may have at most 5,000 tokens.');
    depth += depthChange(lexer.token.kind);
    if (depth > maxNesting)
      throw new DomainError('invalid_request', 'The brackets of a document may be nested at most 100 deep.');
  }
}

function depthChange(kind: TokenKind): number {
  switch (kind) {
    case TokenKind.BRACE_L:
    case TokenKind.BRACKET_L:
    case TokenKind.PAREN_L:
      return 1;
    case TokenKind.BRACE_R:
    case TokenKind.BRACKET_R:
    case TokenKind.PAREN_R:
      return -1;
    default:
      return 0;
  }
}
