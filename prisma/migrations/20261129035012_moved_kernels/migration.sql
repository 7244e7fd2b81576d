-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "isKernelMoved" BOOLEAN NOT NULL DEFAULT false;
