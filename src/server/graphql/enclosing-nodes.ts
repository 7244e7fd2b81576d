import type { ASTNode } from 'graphql';

type Enclosing = ASTNode | readonly ASTNode[];

/**
 * The nodes that a node is in, from the outermost to the innermost.
 * @param parent as a visitor of `visit` gets it: `ancestors` does not have it
 */
export function enclosingNodes(ancestors: readonly Enclosing[], parent: Enclosing | undefined): ASTNode[] {
  return [...ancestors, ...(parent ? [parent] : [])].filter((one): one is ASTNode => 'kind' in one);
}
