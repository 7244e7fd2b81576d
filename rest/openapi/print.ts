import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { routes } from '../table.js';
import { buildOpenApi } from './build-openapi.js';

/** Prints the description of the REST API, as it is checked in as `docs/openapi.json`. */
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
process.stdout.write(`${JSON.stringify(buildOpenApi(routes, schema), null, 2)}\n`);
