-- AlterTable
ALTER TABLE "Execution" ADD COLUMN     "timedOutAt" TIMESTAMPTZ(3);
