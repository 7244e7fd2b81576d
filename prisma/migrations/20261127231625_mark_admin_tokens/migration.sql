-- AlterTable
ALTER TABLE "ApiToken" ADD COLUMN     "isAdminToken" BOOLEAN NOT NULL DEFAULT false;

-- What earlier versions made at their starts has this name and all scopes.
UPDATE "ApiToken" SET "isAdminToken" = true
FROM "User"
WHERE "User"."id" = "ApiToken"."userId" AND "User"."isPlatformAdmin" AND "ApiToken"."name" = 'first admin'
  AND "ApiToken"."scopes" = '{read,write,execute,admin}' AND "ApiToken"."revokedAt" IS NULL;
