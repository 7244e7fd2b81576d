-- CreateEnum
CREATE TYPE "MaintenanceStep" AS ENUM ('prune', 'pack', 'join_packs', 'commit_graph');

-- CreateEnum
CREATE TYPE "MaintenanceStatus" AS ENUM ('idle', 'queued', 'running', 'failed');

-- CreateTable
CREATE TABLE "RepositoryMaintenance" (
    "repositoryId" UUID NOT NULL,
    "status" "MaintenanceStatus" NOT NULL,
    "step" "MaintenanceStep",
    "percent" INTEGER,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "lastError" TEXT,

    CONSTRAINT "RepositoryMaintenance_pkey" PRIMARY KEY ("repositoryId")
);

-- CreateIndex
CREATE INDEX "RepositoryMaintenance_status_idx" ON "RepositoryMaintenance"("status");

-- AddForeignKey
ALTER TABLE "RepositoryMaintenance" ADD CONSTRAINT "RepositoryMaintenance_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;
