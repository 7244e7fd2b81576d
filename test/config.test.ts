import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';

it('the origins of browsers are listed as browsers send them', () => {
  const origins = ['https://app.example.com', 'http://localhost:3000'];
  expect(readConfig({ CORS_ORIGINS: origins.join(', ') }).corsOrigins).toEqual(origins);
});

it.each(['*', 'https://app.example.com/', 'app.example.com', 'null'])(
  'an origin that would match nothing is refused: %s',
  (origin) => {
    const read = () => readConfig({ CORS_ORIGINS: `http://localhost:3000,${origin}` });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/CORS_ORIGINS: must list origins/);
  },
);
