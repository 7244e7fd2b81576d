-- AlterTable
ALTER TABLE "Execution" ADD COLUMN     "logPrunedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "Execution_logPrunedAt_finishedAt_idx" ON "Execution"("logPrunedAt", "finishedAt");
