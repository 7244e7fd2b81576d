import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { routes } from '../table.js';
import { buildOpenApi } from './build-openapi.js';

// Prints the description of the REST API, or writes it to the file that is named. A redirection would leave an empty file
// where this fails, e.g. because a route has no example.
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
const text = `${JSON.stringify(buildOpenApi(routes, schema), null, 2)}\n`;
const file = process.argv[2];
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
