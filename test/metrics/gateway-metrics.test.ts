import { expect, it } from 'vitest';
import { GatewayMetrics } from '../../src/metrics/gateway-metrics.js';

it('a gauge that cannot be read in time has the values that stand for that', async () => {
  const metrics = new GatewayMetrics();
  const never = () => new Promise<never>(() => {});
  const otherwise = [{ labels: {}, value: 0 }];
  metrics.addGauge({ name: 'hangs', help: 'Never answers.', read: never, otherwise });
  const fails = async () => {
    throw new Error('no connection');
  };
  metrics.addGauge({ name: 'fails', help: 'Fails.', read: fails, otherwise });
  metrics.addGauge({ name: 'unknown', help: 'Has no such value.', read: never });
  const text = await metrics.text();
  expect(text).toMatch(/^notebook_gateway_hangs 0$/m);
  expect(text).toMatch(/^notebook_gateway_fails 0$/m);
  expect(text).toMatch(/^notebook_gateway_unknown Nan$/im);
});
