-- AlterTable
ALTER TABLE "Worker" ADD COLUMN     "expiresAt" TIMESTAMPTZ(3),
ADD COLUMN     "expiryReason" TEXT;
