-- AlterTable
ALTER TABLE "Repository" ADD COLUMN     "allowNonFastForward" BOOLEAN NOT NULL DEFAULT false;
