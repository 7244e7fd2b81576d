-- CreateEnum
CREATE TYPE "RemoteSyncStatus" AS ENUM ('pending', 'synced', 'error', 'conflicted');

-- CreateTable
CREATE TABLE "RepositoryRemote" (
    "repositoryId" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "username" TEXT,
    "secret" BYTEA,
    "fetchIntervalSeconds" INTEGER,
    "pushAfterSave" BOOLEAN NOT NULL DEFAULT false,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "syncStatus" "RemoteSyncStatus" NOT NULL DEFAULT 'pending',
    "lastError" TEXT,
    "conflicts" JSONB NOT NULL DEFAULT '[]',
    "failures" INTEGER NOT NULL DEFAULT 0,
    "lastAttemptAt" TIMESTAMPTZ(3),
    "lastSyncedAt" TIMESTAMPTZ(3),
    "nextSyncAt" TIMESTAMPTZ(3),

    CONSTRAINT "RepositoryRemote_pkey" PRIMARY KEY ("repositoryId")
);

-- CreateIndex
CREATE INDEX "RepositoryRemote_nextSyncAt_idx" ON "RepositoryRemote"("nextSyncAt");

-- AddForeignKey
ALTER TABLE "RepositoryRemote" ADD CONSTRAINT "RepositoryRemote_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;
