-- Finds the execution that opened a comm without its other events. Partial indexes are no part of schema.prisma.
CREATE INDEX "ExecutionEvent_comm_open_idx" ON "ExecutionEvent"("executionId") WHERE "type" = 'comm_open';
