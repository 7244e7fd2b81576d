-- CreateEnum
CREATE TYPE "OutputsSaveStatus" AS ENUM ('pending', 'saved', 'skipped', 'failed');

-- CreateTable
CREATE TABLE "OutputsSave" (
    "executionId" UUID NOT NULL,
    "status" "OutputsSaveStatus" NOT NULL DEFAULT 'pending',
    "commitOid" TEXT,
    "errorCode" TEXT,
    "errorDetail" TEXT,

    CONSTRAINT "OutputsSave_pkey" PRIMARY KEY ("executionId")
);

-- CreateIndex
CREATE INDEX "OutputsSave_status_idx" ON "OutputsSave"("status");

-- AddForeignKey
ALTER TABLE "OutputsSave" ADD CONSTRAINT "OutputsSave_executionId_fkey" FOREIGN KEY ("executionId") REFERENCES "Execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;
