-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "folderId" UUID,
ADD COLUMN     "runtimeEpoch" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "secretsKeyHash" TEXT;

-- CreateTable
CREATE TABLE "ForwardedOperation" (
    "id" UUID NOT NULL,
    "request" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "epoch" INTEGER,
    "answer" TEXT,

    CONSTRAINT "ForwardedOperation_pkey" PRIMARY KEY ("id")
);
