-- AlterTable
ALTER TABLE "ExecutionEvent" ADD COLUMN     "position" BIGINT;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "spoolId" TEXT;
