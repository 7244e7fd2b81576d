import { readFileSync } from 'node:fs';
import type { TestGateway } from './gateway.js';

/** The values of the series of one gateway. */
export interface Scrape {
  text: string;
  /** The sum of the series of a metric whose labels contain these. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** Reads `/metrics`. @param token default the platform admin's */
export async function scrape({ url, token: admin }: TestGateway, token = admin): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return {
    text,
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return lines
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .filter((line) => wanted.every((one) => line.includes(one)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
  };
}

/** The queries of the panels of the Grafana dashboard. */
export function dashboardQueries(): string[] {
  const { panels } = JSON.parse(readFileSync('deploy/grafana/notebook-gateway.json', 'utf8'));
  return panels.flatMap((panel: { targets?: { expr: string }[] }) =>
    (panel.targets ?? []).map(({ expr }) => expr),
  );
}
