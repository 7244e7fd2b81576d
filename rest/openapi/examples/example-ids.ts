/** The ids of the examples. Those of the demo data are the real ones, so that its examples work as they are written. */
export const exampleIds = {
  repository: '00000000-0000-4000-8000-0000000000b0',
  workspace: '00000000-0000-4000-8000-0000000000c0',
  newWorkspace: '7d3c1f7e-52a4-4d0b-9b3f-0f6f1c9d4a21',
  owner: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  colleague: '9b2f4c1a-6a0d-4a57-8f3b-2f1f0a6b7c55',
  grant: '3f0b8a52-1d7c-4f6e-9a44-5a7f9c2e8d10',
  welcome: 'c56a4180-65aa-42ec-a945-5fd21dec0538',
  report: '4f9a2c6d-0b1e-4c8f-8a35-7d6e5b4c3a29',
  repositoryNotebook: '6e1a7f30-94c2-4bb8-8f5d-1c0e9d8b7a64',
  link: '2c7e9a14-5f3b-4d86-b1a9-8e0d7c6b5f43',
  version: '8a4d2e60-7b9c-4f15-9d3e-0c1b2a3f4e5d',
  worker: 'e3b0c442-98fc-4c14-9afb-f4c8996fb924',
  session: '27ae41e4-649b-434c-a495-991b7852b855',
  queuedExecution: '5d1e8f90-3a6b-4c2d-9e7f-8a9b0c1d2e3f',
  askingExecution: '6e2f9fa1-4b7c-4d3e-8f80-9bac1d2e3f40',
  batchExecution: '8a41b1c3-6d9e-4f5a-a1a2-bdce3f405162',
  inputRequest: '7f30a0b2-5c8d-4e4f-9091-acbd2e3f4051',
  comm: '91a2c3d4-0e5f-4b6a-8c7d-2e3f4a5b6c7d',
  execution: 'a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d',
  run: 'b2c3d4e5-f6a7-4b8c-9d0e-1f2a3b4c5d6e',
  runSession: 'c3d4e5f6-a7b8-4c9d-8e0f-2a3b4c5d6e7f',
  runExecution: 'd4e5f6a7-b8c9-4d0e-9f1a-3b4c5d6e7f80',
  cancelledRun: 'e5f6a7b8-c9d0-4e1f-8a2b-4c5d6e7f8091',
  cancelledRunSession: 'f6a7b8c9-d0e1-4f2a-9b3c-5d6e7f8091a2',
} as const;

/** The time of all examples. */
export const exampleTime = '2026-01-15T09:30:00.000Z';
