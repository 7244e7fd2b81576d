import { writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import { schema } from './index.js';

// Prints the SDL, or writes it to the file that is named. A redirection would leave an empty file where this fails.
const text = `${printSchema(schema)}\n`;
const file = process.argv[2];
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
