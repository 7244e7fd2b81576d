-- AlterTable
ALTER TABLE "ResourceClass" ADD COLUMN     "persistentVolume" BOOLEAN,
ADD COLUMN     "storageClass" TEXT;
