import type { CodegenConfig } from '@graphql-codegen/cli';

const plugins = ['typescript-operations', 'typed-document-node'];
const shared = {
  useTypeImports: true,
  enumsAsTypes: true,
  avoidOptionals: { field: true, inputValue: false },
  scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown' },
};
/** The pages and the client leave out what a document does not use, and know objects of unions by their `__typename`. */
const ofPages = { ...shared, onlyOperationTypes: true };

/**
 * Each document with the types of its variables and its result: rest/operations → rest/generated; web/src → web/generated, where
 * notebooks, which a browser loads when they are needed, have a file of their own; src/client/operations → src/client/generated.
 */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  emitLegacyCommonJSImports: false,
  importExtension: '.js',
  generates: {
    'rest/generated/operations.ts': {
      documents: 'rest/operations/*.graphql',
      plugins,
      config: { ...shared, skipTypename: true, onlyOperationTypes: true, optimizeDocumentNode: false },
    },
    'web/generated/shell.ts': {
      documents: ['web/src/**/*.graphql', '!web/src/notebook/**'],
      plugins,
      config: ofPages,
    },
    'web/generated/notebook.ts': {
      documents: 'web/src/notebook/**/*.graphql',
      plugins,
      config: ofPages,
    },
    'src/client/generated/operations.ts': {
      documents: 'src/client/operations/*.graphql',
      plugins: ['typescript-operations', './src/client/operations/print-documents.mjs'],
      config: ofPages,
    },
  },
};

export default config;
