-- CreateEnum
CREATE TYPE "ScheduleStatus" AS ENUM ('active', 'paused', 'suspended');

-- AlterTable
ALTER TABLE "NotebookRun" ADD COLUMN     "dueAt" TIMESTAMPTZ(3),
ADD COLUMN     "scheduleId" UUID;

-- CreateTable
CREATE TABLE "Schedule" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "cron" TEXT NOT NULL,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "path" TEXT NOT NULL,
    "ref" TEXT,
    "parameters" TEXT NOT NULL DEFAULT '{}',
    "saveBranch" TEXT,
    "savePath" TEXT,
    "kernelProfileId" TEXT,
    "timeoutSeconds" DOUBLE PRECISION,
    "allowErrors" BOOLEAN NOT NULL DEFAULT false,
    "status" "ScheduleStatus" NOT NULL DEFAULT 'active',
    "errorCode" TEXT,
    "errorDetail" TEXT,
    "nextDueAt" TIMESTAMPTZ(3),
    "lastDueAt" TIMESTAMPTZ(3),
    "lastRunId" UUID,
    "missedCount" INTEGER NOT NULL DEFAULT 0,
    "lastMissedAt" TIMESTAMPTZ(3),
    "missedReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Schedule_workspaceId_createdAt_idx" ON "Schedule"("workspaceId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Schedule_status_nextDueAt_idx" ON "Schedule"("status", "nextDueAt");

-- CreateIndex
CREATE UNIQUE INDEX "NotebookRun_scheduleId_dueAt_key" ON "NotebookRun"("scheduleId", "dueAt");

-- AddForeignKey
ALTER TABLE "NotebookRun" ADD CONSTRAINT "NotebookRun_scheduleId_fkey" FOREIGN KEY ("scheduleId") REFERENCES "Schedule"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
