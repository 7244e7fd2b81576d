-- AlterTable
ALTER TABLE "Execution" ADD COLUMN     "workspaceId" UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid;

UPDATE "Execution" e SET "workspaceId" = s."workspaceId" FROM "Session" s WHERE s."id" = e."sessionId";

-- CreateIndex
CREATE INDEX "Execution_workspaceId_position_idx" ON "Execution"("workspaceId", "position");

CREATE FUNCTION "executionWorkspace"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT s."workspaceId" INTO NEW."workspaceId" FROM "Session" s WHERE s."id" = NEW."sessionId";
  IF NOT FOUND THEN
    NEW."workspaceId" := '00000000-0000-0000-0000-000000000000';
  END IF;
  RETURN NEW;
END $$;

-- Without its session, the row is refused by its foreign key.
CREATE TRIGGER "Execution_workspace" BEFORE INSERT ON "Execution"
FOR EACH ROW EXECUTE FUNCTION "executionWorkspace"();
