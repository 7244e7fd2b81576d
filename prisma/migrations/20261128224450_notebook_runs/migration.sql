-- CreateEnum
CREATE TYPE "NotebookRunStatus" AS ENUM ('queued', 'running', 'ok', 'error', 'cancelled', 'timed_out', 'failed');

-- CreateTable
CREATE TABLE "NotebookRun" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "repositoryId" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "commitOid" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "parameters" TEXT NOT NULL DEFAULT '{}',
    "allowErrors" BOOLEAN NOT NULL DEFAULT false,
    "timeoutSeconds" DOUBLE PRECISION,
    "kernelProfileId" TEXT NOT NULL,
    "kernelName" TEXT NOT NULL,
    "sessionId" UUID,
    "ownsSession" BOOLEAN NOT NULL DEFAULT true,
    "saveBranch" TEXT NOT NULL,
    "savePath" TEXT NOT NULL,
    "saveBaseOid" TEXT,
    "status" "NotebookRunStatus" NOT NULL DEFAULT 'queued',
    "notebook" BYTEA,
    "errorCode" TEXT,
    "errorDetail" TEXT,
    "savedCommitOid" TEXT,
    "saveErrorCode" TEXT,
    "saveErrorDetail" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "cancelledAt" TIMESTAMPTZ(3),
    "cancelledBy" UUID,

    CONSTRAINT "NotebookRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NotebookRunCell" (
    "runId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "cellIndex" INTEGER NOT NULL,
    "cellId" TEXT,
    "source" TEXT NOT NULL,
    "mayRaise" BOOLEAN NOT NULL,
    "executionId" UUID NOT NULL,

    CONSTRAINT "NotebookRunCell_pkey" PRIMARY KEY ("runId","position")
);

-- CreateIndex
CREATE INDEX "NotebookRun_workspaceId_createdAt_idx" ON "NotebookRun"("workspaceId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "NotebookRun_status_idx" ON "NotebookRun"("status");

-- CreateIndex
CREATE INDEX "NotebookRun_finishedAt_idx" ON "NotebookRun"("finishedAt");

-- CreateIndex
CREATE UNIQUE INDEX "NotebookRunCell_executionId_key" ON "NotebookRunCell"("executionId");

-- AddForeignKey
ALTER TABLE "NotebookRun" ADD CONSTRAINT "NotebookRun_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotebookRun" ADD CONSTRAINT "NotebookRun_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotebookRunCell" ADD CONSTRAINT "NotebookRunCell_runId_fkey" FOREIGN KEY ("runId") REFERENCES "NotebookRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;
