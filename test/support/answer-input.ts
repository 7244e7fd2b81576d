import { expect } from 'vitest';
import type { TestGateway } from './gateway.js';

/** Waits until a run asks for input, then answers it: so a test does something while a cell runs. */
export async function answerInput(at: TestGateway, executionId: string, value: string): Promise<void> {
  const { prisma } = at.gateway.services;
  const find = () => prisma.executionEvent.findFirst({ where: { executionId, type: 'input_request' } });
  await expect.poll(find, { timeout: 60_000 }).not.toBeNull();
  const { request_id } = JSON.parse((await find())!.data);
  const { sessionId } = await prisma.execution.findUniqueOrThrow({ where: { id: executionId } });
  const path = `/sessions/${sessionId}/executions/${executionId}/input`;
  expect((await at.rest('POST', path, { body: { request_id, value } })).status).toBe(200);
}
