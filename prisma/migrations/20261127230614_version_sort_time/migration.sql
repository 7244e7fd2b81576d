-- DropIndex
DROP INDEX "FileVersion_documentId_branch_position_idx";

-- AlterTable
-- What is there takes the time of its commit; the database does not know what a commit descends from.
ALTER TABLE "FileVersion" ADD COLUMN     "sortTime" TIMESTAMPTZ(3);
UPDATE "FileVersion" SET "sortTime" = "createdAt";
ALTER TABLE "FileVersion" ALTER COLUMN "sortTime" SET NOT NULL;

-- CreateIndex
CREATE INDEX "FileVersion_documentId_branch_sortTime_position_idx" ON "FileVersion"("documentId", "branch", "sortTime" DESC, "position" DESC);
