-- Of several persons of one issuer who became the same user at the same moment, the first one stays.
DELETE FROM "UserIdentity" later USING "UserIdentity" earlier
WHERE later."userId" = earlier."userId" AND later."issuer" = earlier."issuer"
  AND (later."createdAt", later."subject") > (earlier."createdAt", earlier."subject");

-- DropIndex
DROP INDEX "UserIdentity_userId_idx";

-- CreateIndex
CREATE UNIQUE INDEX "UserIdentity_userId_issuer_key" ON "UserIdentity"("userId", "issuer");
