-- AlterTable
ALTER TABLE "WarmPool" ADD COLUMN     "kernels" INTEGER NOT NULL DEFAULT 0;
