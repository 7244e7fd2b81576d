import { printSchema } from 'graphql';
import { schema } from './index.js';

/** Prints the SDL, as it is checked in as `schema/schema.graphql`. */
process.stdout.write(`${printSchema(schema)}\n`);
