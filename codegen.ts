import type { CodegenConfig } from '@graphql-codegen/cli';

/** schema + rest/operations → rest/generated: each document with the types of its variables and its result. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'rest/operations/*.graphql',
  emitLegacyCommonJSImports: false,
  importExtension: '.js',
  generates: {
    'rest/generated/operations.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        skipTypename: true,
        onlyOperationTypes: true,
        avoidOptionals: { field: true, inputValue: false },
        scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown' },
        optimizeDocumentNode: false,
      },
    },
  },
};

export default config;
