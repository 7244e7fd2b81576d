import type { HostileInput, HostileTarget } from '../hostile-input.js';
import { type RestInput, sendRest } from '../send-rest.js';

const million = 1_000_000;
const members = () => Array.from({ length: million }, (_, index) => `"k${index}":1`).join();
const notebook = (metadata: string) =>
  `{"path":"hostile.ipynb","notebook":{"cells":[],"metadata":${metadata},"nbformat":4,"nbformat_minor":5}}`;
const workspace = ({ workspaceIds }: HostileTarget) => `/workspaces/${workspaceIds[0]}`;

const inputs: [what: string, input: (target: HostileTarget) => RestInput][] = [
  [
    'a body with a million unknown keys',
    (target) => ({ method: 'PATCH', path: workspace(target), body: `{${members()}}` }),
  ],
  [
    '300,000 grants',
    (target) => {
      const grant = '{"principal_type":"user","principal_id":"x"}';
      const body = `{"grants":[${Array(300_000).fill(grant).join()}]}`;
      return { method: 'PUT', path: `${workspace(target)}/access`, body };
    },
  ],
  [
    'five million numbers',
    (target) => {
      const body = notebook(`{"a":[${'1,'.repeat(5 * million)}1]}`);
      return { method: 'POST', path: `${workspace(target)}/files`, body };
    },
  ],
  [
    'a notebook with a million metadata keys',
    (target) => ({ method: 'POST', path: `${workspace(target)}/files`, body: notebook(`{${members()}}`) }),
  ],
  ['10,000 files', (target) => ({ method: 'GET', path: `${workspace(target)}/files?kind=all&size=10000` })],
];

/** Hostile requests to the REST API. */
export const restInputs: HostileInput[] = inputs.map(([what, input]) => ({
  what,
  send: (target) => sendRest(target, input(target)),
}));
