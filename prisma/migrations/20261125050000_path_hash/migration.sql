-- No index takes a value over 2,704 bytes, and a path may have 4,096: what a path was part of the key of, its hash is.
-- DropIndex
DROP INDEX "FileVersion_repositoryId_branch_path_position_idx";

-- DropIndex
DROP INDEX "FileVersion_repositoryId_commitOid_branch_path_key";

-- AlterTable
ALTER TABLE "BranchFile" ADD COLUMN     "pathHash" TEXT;
UPDATE "BranchFile" SET "pathHash" = encode(sha256(convert_to("path", 'UTF8')), 'hex');
ALTER TABLE "BranchFile" DROP CONSTRAINT "BranchFile_pkey",
ALTER COLUMN "pathHash" SET NOT NULL,
ADD CONSTRAINT "BranchFile_pkey" PRIMARY KEY ("repositoryId", "branch", "pathHash");

-- AlterTable
ALTER TABLE "FileVersion" ADD COLUMN     "pathHash" TEXT;
UPDATE "FileVersion" SET "pathHash" = encode(sha256(convert_to("path", 'UTF8')), 'hex');
ALTER TABLE "FileVersion" ALTER COLUMN "pathHash" SET NOT NULL;

-- CreateIndex
CREATE INDEX "FileVersion_repositoryId_branch_pathHash_position_idx" ON "FileVersion"("repositoryId", "branch", "pathHash", "position" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "FileVersion_repositoryId_commitOid_branch_pathHash_key" ON "FileVersion"("repositoryId", "commitOid", "branch", "pathHash");

-- A session's key held its path.
UPDATE "Session" SET "liveKey" = "workerId" || ':' || "kernelProfileId" || ':' || encode(sha256(convert_to("path", 'UTF8')), 'hex')
WHERE "liveKey" IS NOT NULL AND "path" IS NOT NULL;
