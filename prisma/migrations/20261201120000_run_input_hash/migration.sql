-- AlterTable
ALTER TABLE "NotebookRun" ADD COLUMN     "inputHash" TEXT;
