-- CreateEnum
CREATE TYPE "SpaceRole" AS ENUM ('admin', 'editor', 'viewer');

-- CreateEnum
CREATE TYPE "TokenScope" AS ENUM ('read', 'write', 'execute', 'admin');

-- CreateEnum
CREATE TYPE "RepositoryKind" AS ENUM ('analysis', 'project', 'personal');

-- CreateEnum
CREATE TYPE "Visibility" AS ENUM ('space', 'private', 'shared');

-- CreateEnum
CREATE TYPE "AccessLevel" AS ENUM ('view', 'manage');

-- CreateEnum
CREATE TYPE "LinkTargetType" AS ENUM ('product', 'analysis', 'repository', 'use_case');

-- CreateEnum
CREATE TYPE "Runtime" AS ENUM ('local', 'dedicated', 'external');

-- CreateEnum
CREATE TYPE "Backend" AS ENUM ('docker', 'kubernetes', 'external');

-- CreateEnum
CREATE TYPE "WorkerStatus" AS ENUM ('starting', 'ready', 'busy', 'stopping', 'stopped', 'failed');

-- CreateEnum
CREATE TYPE "SessionStatus" AS ENUM ('starting', 'idle', 'busy', 'restarting', 'dead');

-- CreateEnum
CREATE TYPE "ExecutionStatus" AS ENUM ('queued', 'running', 'ok', 'error', 'aborted', 'cancelled', 'timed_out', 'failed');

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "isPlatformAdmin" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" "TokenScope"[],
    "expiresAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Space" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Space_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SpaceMember" (
    "spaceId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" "SpaceRole" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SpaceMember_pkey" PRIMARY KEY ("spaceId","userId")
);

-- CreateTable
CREATE TABLE "Team" (
    "id" UUID NOT NULL,
    "spaceId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TeamMember" (
    "teamId" UUID NOT NULL,
    "userId" UUID NOT NULL,

    CONSTRAINT "TeamMember_pkey" PRIMARY KEY ("teamId","userId")
);

-- CreateTable
CREATE TABLE "Repository" (
    "id" UUID NOT NULL,
    "spaceId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "RepositoryKind" NOT NULL,
    "defaultBranch" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Repository_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProtectedBranch" (
    "repositoryId" UUID NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "ProtectedBranch_pkey" PRIMARY KEY ("repositoryId","name")
);

-- CreateTable
CREATE TABLE "QueryConnector" (
    "id" UUID NOT NULL,
    "spaceId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "QueryConnector_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CatalogEntry" (
    "id" UUID NOT NULL,
    "spaceId" UUID NOT NULL,
    "type" "LinkTargetType" NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CatalogEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Workspace" (
    "id" UUID NOT NULL,
    "spaceId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "defaultRepositoryId" UUID NOT NULL,
    "defaultBranch" TEXT NOT NULL,
    "ownerUserId" UUID NOT NULL,
    "visibility" "Visibility" NOT NULL DEFAULT 'private',
    "authoringQueryConnectorIds" UUID[],
    "archivedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkspaceGrant" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "userId" UUID,
    "teamId" UUID,
    "accessLevel" "AccessLevel" NOT NULL,

    CONSTRAINT "WorkspaceGrant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NotebookDocument" (
    "id" UUID NOT NULL,
    "repositoryId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NotebookDocument_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NotebookLink" (
    "id" UUID NOT NULL,
    "notebookId" UUID NOT NULL,
    "targetType" "LinkTargetType" NOT NULL,
    "targetId" UUID NOT NULL,
    "createdByUserId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NotebookLink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BranchIndex" (
    "repositoryId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "tipOid" TEXT NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BranchIndex_pkey" PRIMARY KEY ("repositoryId","branch")
);

-- CreateTable
CREATE TABLE "BranchFile" (
    "repositoryId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "documentId" UUID,
    "blobOid" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "lastCommitOid" TEXT NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BranchFile_pkey" PRIMARY KEY ("repositoryId","branch","path")
);

-- CreateTable
CREATE TABLE "FileVersion" (
    "id" UUID NOT NULL,
    "repositoryId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "path" TEXT NOT NULL,
    "documentId" UUID,
    "commitOid" TEXT NOT NULL,
    "blobOid" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "authorName" TEXT NOT NULL,
    "authorEmail" TEXT NOT NULL,
    "authorUserId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FileVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "KernelProfile" (
    "id" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "kernelName" TEXT NOT NULL,
    "runtime" "Runtime" NOT NULL,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KernelProfile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ResourceClass" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cpuLimit" DOUBLE PRECISION NOT NULL,
    "memoryMb" INTEGER NOT NULL,
    "gpuCount" INTEGER NOT NULL DEFAULT 0,
    "workspaceStorageMb" INTEGER NOT NULL,
    "tmpStorageMb" INTEGER NOT NULL,
    "isEnabled" BOOLEAN NOT NULL DEFAULT true,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ResourceClass_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Worker" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "repositoryId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "path" TEXT,
    "backend" "Backend" NOT NULL,
    "status" "WorkerStatus" NOT NULL DEFAULT 'starting',
    "statusReason" TEXT,
    "errorDetail" TEXT,
    "kernelProfileId" TEXT NOT NULL,
    "kernelName" TEXT NOT NULL,
    "resourceClassId" TEXT NOT NULL,
    "resourceClass" JSONB NOT NULL,
    "progressPercent" INTEGER NOT NULL DEFAULT 0,
    "progressMessage" TEXT NOT NULL DEFAULT '',
    "fileConflicts" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "lastActivityAt" TIMESTAMPTZ(3),
    "stoppedAt" TIMESTAMPTZ(3),
    "liveKey" TEXT,

    CONSTRAINT "Worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "workspaceId" UUID NOT NULL,
    "workerId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "path" TEXT,
    "kernelProfileId" TEXT NOT NULL,
    "kernelName" TEXT NOT NULL,
    "status" "SessionStatus" NOT NULL DEFAULT 'starting',
    "statusReason" TEXT,
    "executionCount" INTEGER NOT NULL DEFAULT 0,
    "kernelId" TEXT,
    "clientId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastActivityAt" TIMESTAMPTZ(3),
    "deletedAt" TIMESTAMPTZ(3),
    "liveKey" TEXT,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Execution" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "cellIndex" INTEGER,
    "cellId" TEXT,
    "stopOnError" BOOLEAN NOT NULL DEFAULT true,
    "timeoutSeconds" DOUBLE PRECISION,
    "status" "ExecutionStatus" NOT NULL DEFAULT 'queued',
    "executionCount" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExecutionEvent" (
    "executionId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "data" TEXT NOT NULL,

    CONSTRAINT "ExecutionEvent_pkey" PRIMARY KEY ("executionId","sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "ApiToken_userId_idx" ON "ApiToken"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Space_slug_key" ON "Space"("slug");

-- CreateIndex
CREATE INDEX "SpaceMember_userId_idx" ON "SpaceMember"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Team_spaceId_name_key" ON "Team"("spaceId", "name");

-- CreateIndex
CREATE INDEX "TeamMember_userId_idx" ON "TeamMember"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Repository_spaceId_name_key" ON "Repository"("spaceId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "QueryConnector_spaceId_name_key" ON "QueryConnector"("spaceId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "CatalogEntry_spaceId_type_name_key" ON "CatalogEntry"("spaceId", "type", "name");

-- CreateIndex
CREATE INDEX "Workspace_spaceId_createdAt_id_idx" ON "Workspace"("spaceId", "createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Workspace_defaultRepositoryId_idx" ON "Workspace"("defaultRepositoryId");

-- CreateIndex
CREATE INDEX "WorkspaceGrant_userId_idx" ON "WorkspaceGrant"("userId");

-- CreateIndex
CREATE INDEX "WorkspaceGrant_teamId_idx" ON "WorkspaceGrant"("teamId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkspaceGrant_workspaceId_userId_key" ON "WorkspaceGrant"("workspaceId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "WorkspaceGrant_workspaceId_teamId_key" ON "WorkspaceGrant"("workspaceId", "teamId");

-- CreateIndex
CREATE INDEX "NotebookDocument_repositoryId_idx" ON "NotebookDocument"("repositoryId");

-- CreateIndex
CREATE INDEX "NotebookLink_targetType_targetId_idx" ON "NotebookLink"("targetType", "targetId");

-- CreateIndex
CREATE UNIQUE INDEX "NotebookLink_notebookId_targetType_targetId_key" ON "NotebookLink"("notebookId", "targetType", "targetId");

-- CreateIndex
CREATE INDEX "BranchFile_documentId_idx" ON "BranchFile"("documentId");

-- CreateIndex
CREATE INDEX "FileVersion_documentId_branch_position_idx" ON "FileVersion"("documentId", "branch", "position" DESC);

-- CreateIndex
CREATE INDEX "FileVersion_repositoryId_branch_path_position_idx" ON "FileVersion"("repositoryId", "branch", "path", "position" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "FileVersion_repositoryId_branch_commitOid_path_key" ON "FileVersion"("repositoryId", "branch", "commitOid", "path");

-- CreateIndex
CREATE UNIQUE INDEX "Worker_liveKey_key" ON "Worker"("liveKey");

-- CreateIndex
CREATE INDEX "Worker_workspaceId_createdAt_idx" ON "Worker"("workspaceId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Worker_userId_createdAt_idx" ON "Worker"("userId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Worker_status_idx" ON "Worker"("status");

-- CreateIndex
CREATE UNIQUE INDEX "Session_liveKey_key" ON "Session"("liveKey");

-- CreateIndex
CREATE INDEX "Session_workerId_idx" ON "Session"("workerId");

-- CreateIndex
CREATE INDEX "Session_workspaceId_createdAt_idx" ON "Session"("workspaceId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Execution_sessionId_position_idx" ON "Execution"("sessionId", "position");

-- CreateIndex
CREATE INDEX "Execution_status_idx" ON "Execution"("status");

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SpaceMember" ADD CONSTRAINT "SpaceMember_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SpaceMember" ADD CONSTRAINT "SpaceMember_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Team" ADD CONSTRAINT "Team_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TeamMember" ADD CONSTRAINT "TeamMember_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TeamMember" ADD CONSTRAINT "TeamMember_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Repository" ADD CONSTRAINT "Repository_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProtectedBranch" ADD CONSTRAINT "ProtectedBranch_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QueryConnector" ADD CONSTRAINT "QueryConnector_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CatalogEntry" ADD CONSTRAINT "CatalogEntry_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_spaceId_fkey" FOREIGN KEY ("spaceId") REFERENCES "Space"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_defaultRepositoryId_fkey" FOREIGN KEY ("defaultRepositoryId") REFERENCES "Repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_ownerUserId_fkey" FOREIGN KEY ("ownerUserId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkspaceGrant" ADD CONSTRAINT "WorkspaceGrant_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkspaceGrant" ADD CONSTRAINT "WorkspaceGrant_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkspaceGrant" ADD CONSTRAINT "WorkspaceGrant_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotebookDocument" ADD CONSTRAINT "NotebookDocument_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotebookLink" ADD CONSTRAINT "NotebookLink_notebookId_fkey" FOREIGN KEY ("notebookId") REFERENCES "NotebookDocument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotebookLink" ADD CONSTRAINT "NotebookLink_createdByUserId_fkey" FOREIGN KEY ("createdByUserId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BranchIndex" ADD CONSTRAINT "BranchIndex_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BranchFile" ADD CONSTRAINT "BranchFile_repositoryId_branch_fkey" FOREIGN KEY ("repositoryId", "branch") REFERENCES "BranchIndex"("repositoryId", "branch") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BranchFile" ADD CONSTRAINT "BranchFile_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "NotebookDocument"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FileVersion" ADD CONSTRAINT "FileVersion_repositoryId_branch_fkey" FOREIGN KEY ("repositoryId", "branch") REFERENCES "BranchIndex"("repositoryId", "branch") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FileVersion" ADD CONSTRAINT "FileVersion_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "NotebookDocument"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FileVersion" ADD CONSTRAINT "FileVersion_authorUserId_fkey" FOREIGN KEY ("authorUserId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_kernelProfileId_fkey" FOREIGN KEY ("kernelProfileId") REFERENCES "KernelProfile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_resourceClassId_fkey" FOREIGN KEY ("resourceClassId") REFERENCES "ResourceClass"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_workerId_fkey" FOREIGN KEY ("workerId") REFERENCES "Worker"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_kernelProfileId_fkey" FOREIGN KEY ("kernelProfileId") REFERENCES "KernelProfile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Execution" ADD CONSTRAINT "Execution_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Execution" ADD CONSTRAINT "Execution_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExecutionEvent" ADD CONSTRAINT "ExecutionEvent_executionId_fkey" FOREIGN KEY ("executionId") REFERENCES "Execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;
