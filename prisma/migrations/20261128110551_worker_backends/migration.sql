-- AlterTable
ALTER TABLE "KernelProfile" ADD COLUMN     "backend" "Backend",
ADD COLUMN     "egress" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "environment" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "image" TEXT,
ADD COLUMN     "resourceClassIds" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "warmImports" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "ResourceClass" ADD COLUMN     "idleMinutes" INTEGER,
ADD COLUMN     "maxAgeMinutes" INTEGER,
ADD COLUMN     "maxProcesses" INTEGER NOT NULL DEFAULT 256,
ADD COLUMN     "nodeSelector" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "tolerations" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "Worker" ADD COLUMN     "jupyterServerId" UUID;

-- CreateTable
CREATE TABLE "WarmPool" (
    "kernelProfileId" TEXT NOT NULL,
    "resourceClassId" TEXT NOT NULL,
    "size" INTEGER NOT NULL,

    CONSTRAINT "WarmPool_pkey" PRIMARY KEY ("kernelProfileId","resourceClassId")
);

-- CreateTable
CREATE TABLE "JupyterServer" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "baseUrl" TEXT NOT NULL,
    "encryptedToken" BYTEA,
    "capacity" INTEGER,
    "isEnabled" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "JupyterServer_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "JupyterServer_name_key" ON "JupyterServer"("name");

-- CreateIndex
CREATE INDEX "Worker_jupyterServerId_idx" ON "Worker"("jupyterServerId");

-- AddForeignKey
ALTER TABLE "WarmPool" ADD CONSTRAINT "WarmPool_kernelProfileId_fkey" FOREIGN KEY ("kernelProfileId") REFERENCES "KernelProfile"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WarmPool" ADD CONSTRAINT "WarmPool_resourceClassId_fkey" FOREIGN KEY ("resourceClassId") REFERENCES "ResourceClass"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Worker" ADD CONSTRAINT "Worker_jupyterServerId_fkey" FOREIGN KEY ("jupyterServerId") REFERENCES "JupyterServer"("id") ON DELETE SET NULL ON UPDATE CASCADE;
