-- DropIndex
DROP INDEX "FileVersion_repositoryId_branch_commitOid_path_key";

-- AlterTable
ALTER TABLE "BranchIndex" ADD COLUMN     "importedCommits" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "importedOid" TEXT,
ADD COLUMN     "targetOid" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "FileVersion_repositoryId_commitOid_branch_path_key" ON "FileVersion"("repositoryId", "commitOid", "branch", "path");
