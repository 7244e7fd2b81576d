import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.js';

it('CORS_ORIGINS are normalized to the form that browsers send', () => {
  const origins = ['https://app.example.com', 'http://localhost:3000'];
  expect(readConfig({ CORS_ORIGINS: origins.join(', ') }).corsOrigins).toEqual(origins);
});

it.each(['*', 'https://app.example.com/', 'app.example.com', 'null'])(
  'the origin %s, which no browser sends, is refused',
  (origin) => {
    const read = () => readConfig({ CORS_ORIGINS: `http://localhost:3000,${origin}` });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/CORS_ORIGINS: must list origins/);
  },
);
