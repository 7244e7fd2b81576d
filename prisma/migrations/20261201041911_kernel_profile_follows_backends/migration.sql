-- AlterTable
ALTER TABLE "KernelProfile" ADD COLUMN     "followsBackends" BOOLEAN NOT NULL DEFAULT false;

-- Earlier versions made this profile, and set its runtime at each start. Only the runtime `dedicated` may have a backend or an
-- image: where the profile has one, an admin had set both.
UPDATE "KernelProfile" SET "followsBackends" = true WHERE "id" = 'python3' AND "backend" IS NULL AND "image" IS NULL;
UPDATE "KernelProfile" SET "runtime" = 'dedicated' WHERE "id" = 'python3' AND ("backend" IS NOT NULL OR "image" IS NOT NULL);
