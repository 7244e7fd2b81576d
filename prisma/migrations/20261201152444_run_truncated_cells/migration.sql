-- AlterTable
ALTER TABLE "NotebookRun" ADD COLUMN     "truncatedCells" JSONB;
