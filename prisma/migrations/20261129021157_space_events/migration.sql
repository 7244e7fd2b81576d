-- CreateEnum
CREATE TYPE "SpaceEventKind" AS ENUM ('workspace', 'files', 'worker', 'session', 'execution', 'notebook_run', 'maintenance', 'remote');

-- CreateTable
CREATE TABLE "SpaceEvent" (
    "id" BIGSERIAL NOT NULL,
    "spaceId" UUID NOT NULL,
    "number" BIGINT,
    "kind" "SpaceEventKind" NOT NULL,
    "workspaceId" UUID,
    "repositoryId" UUID,
    "subjectId" UUID NOT NULL,
    "data" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SpaceEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SpaceEventCounter" (
    "spaceId" UUID NOT NULL,
    "last" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "SpaceEventCounter_pkey" PRIMARY KEY ("spaceId")
);

-- CreateIndex
CREATE UNIQUE INDEX "SpaceEvent_spaceId_number_key" ON "SpaceEvent"("spaceId", "number");

-- The triggers below write the events, so that every change has one, whoever makes it: docs/adr/0022.

-- A row whose space is gone, because the space or the repository is being deleted, has no event.
CREATE FUNCTION "recordSpaceEvent"(
  p_space UUID, p_kind "SpaceEventKind", p_workspace UUID, p_repository UUID, p_subject UUID, p_data JSONB)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_space IS NOT NULL THEN
    INSERT INTO "SpaceEvent" ("spaceId", "kind", "workspaceId", "repositoryId", "subjectId", "data", "createdAt")
    VALUES (p_space, p_kind, p_workspace, p_repository, p_subject, p_data, clock_timestamp());
  END IF;
END $$;

CREATE FUNCTION "recordInWorkspace"(p_kind "SpaceEventKind", p_workspace UUID, p_subject UUID, p_data JSONB)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordSpaceEvent"(w."spaceId", p_kind, w."id", NULL, p_subject, p_data)
  FROM "Workspace" w WHERE w."id" = p_workspace;
END $$;

CREATE FUNCTION "recordInRepository"(p_kind "SpaceEventKind", p_repository UUID, p_data JSONB)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordSpaceEvent"(r."spaceId", p_kind, NULL, r."id", r."id", p_data)
  FROM "Repository" r WHERE r."id" = p_repository;
END $$;

-- At most one event for a workspace in a transaction: all of its grants are replaced when one changes.
CREATE FUNCTION "recordAccessChange"(p_workspace UUID) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  known TEXT := COALESCE(current_setting('gateway.access_changed', true), '');
BEGIN
  IF position(p_workspace::text IN known) = 0 THEN
    PERFORM set_config('gateway.access_changed', known || p_workspace::text, true);
    PERFORM "recordInWorkspace"('workspace', p_workspace, p_workspace, jsonb_build_object('change', 'access_changed'));
  END IF;
END $$;

CREATE FUNCTION "workspaceEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change TEXT;
BEGIN
  IF TG_OP = 'INSERT' THEN
    change := 'created';
    -- The grants of a new workspace are no change.
    PERFORM set_config(
      'gateway.access_changed', COALESCE(current_setting('gateway.access_changed', true), '') || NEW."id"::text, true);
  ELSIF OLD."archivedAt" IS NULL AND NEW."archivedAt" IS NOT NULL THEN
    change := 'archived';
  ELSIF OLD."archivedAt" IS NOT NULL AND NEW."archivedAt" IS NULL THEN
    change := 'unarchived';
  ELSIF (OLD."name", OLD."defaultRepositoryId", OLD."defaultBranch", OLD."authoringQueryConnectorIds")
    IS DISTINCT FROM (NEW."name", NEW."defaultRepositoryId", NEW."defaultBranch", NEW."authoringQueryConnectorIds") THEN
    change := 'updated';
  END IF;
  IF change IS NOT NULL THEN
    PERFORM "recordSpaceEvent"(
      NEW."spaceId", 'workspace', NEW."id", NULL, NEW."id", jsonb_build_object('change', change));
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD."visibility", OLD."ownerUserId") IS DISTINCT FROM (NEW."visibility", NEW."ownerUserId") THEN
    PERFORM "recordAccessChange"(NEW."id");
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION "workspaceGrantEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordAccessChange"(COALESCE(NEW."workspaceId", OLD."workspaceId"));
  RETURN NULL;
END $$;

CREATE FUNCTION "filesEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM "recordInRepository"('files', OLD."repositoryId",
      jsonb_build_object('branch', OLD."branch", 'previous', OLD."tipOid", 'commit', NULL));
  ELSE
    PERFORM "recordInRepository"('files', NEW."repositoryId", jsonb_build_object(
      'branch', NEW."branch", 'commit', NEW."tipOid",
      'previous', CASE WHEN TG_OP = 'UPDATE' THEN NULLIF(OLD."tipOid", '') END));
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION "workerEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInWorkspace"('worker', NEW."workspaceId", NEW."id", jsonb_build_object(
    'userId', NEW."userId", 'status', NEW."status", 'statusReason', NEW."statusReason", 'errorDetail', NEW."errorDetail",
    'progressPercent', NEW."progressPercent", 'progressMessage', NEW."progressMessage"));
  RETURN NULL;
END $$;

CREATE FUNCTION "sessionEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInWorkspace"('session', NEW."workspaceId", NEW."id", jsonb_build_object(
    'userId', NEW."userId", 'workerId', NEW."workerId", 'path', NEW."path",
    'status', NEW."status", 'statusReason', NEW."statusReason"));
  RETURN NULL;
END $$;

CREATE FUNCTION "executionEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInWorkspace"('execution', s."workspaceId", NEW."id", jsonb_build_object(
    'userId', NEW."userId", 'sessionId', NEW."sessionId", 'cellId', NEW."cellId", 'cellIndex', NEW."cellIndex",
    'status', NEW."status", 'executionCount', NEW."executionCount"))
  FROM "Session" s WHERE s."id" = NEW."sessionId";
  RETURN NULL;
END $$;

CREATE FUNCTION "notebookRunEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInWorkspace"('notebook_run', NEW."workspaceId", NEW."id", jsonb_build_object(
    'userId', NEW."userId", 'path', NEW."path", 'status', NEW."status",
    'errorCode', NEW."errorCode", 'errorDetail', NEW."errorDetail"));
  RETURN NULL;
END $$;

CREATE FUNCTION "maintenanceEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInRepository"('maintenance', NEW."repositoryId", jsonb_build_object(
    'status', NEW."status", 'step', NEW."step", 'percent', NEW."percent", 'lastError', NEW."lastError"));
  RETURN NULL;
END $$;

CREATE FUNCTION "remoteEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM "recordInRepository"('remote', OLD."repositoryId", jsonb_build_object('status', NULL, 'lastError', NULL));
  ELSE
    PERFORM "recordInRepository"('remote', NEW."repositoryId", jsonb_build_object(
      'status', NEW."syncStatus", 'lastError', NEW."lastError"));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "Workspace_event" AFTER INSERT OR UPDATE ON "Workspace"
FOR EACH ROW EXECUTE FUNCTION "workspaceEvent"();

CREATE TRIGGER "WorkspaceGrant_event" AFTER INSERT OR UPDATE OR DELETE ON "WorkspaceGrant"
FOR EACH ROW EXECUTE FUNCTION "workspaceGrantEvent"();

-- The tip is empty until the first import of a branch has ended.
CREATE TRIGGER "BranchIndex_insert_event" AFTER INSERT ON "BranchIndex"
FOR EACH ROW WHEN (NEW."tipOid" <> '') EXECUTE FUNCTION "filesEvent"();
CREATE TRIGGER "BranchIndex_update_event" AFTER UPDATE ON "BranchIndex"
FOR EACH ROW WHEN (OLD."tipOid" <> NEW."tipOid" AND NEW."tipOid" <> '') EXECUTE FUNCTION "filesEvent"();
CREATE TRIGGER "BranchIndex_delete_event" AFTER DELETE ON "BranchIndex"
FOR EACH ROW WHEN (OLD."tipOid" <> '') EXECUTE FUNCTION "filesEvent"();

CREATE TRIGGER "Worker_insert_event" AFTER INSERT ON "Worker"
FOR EACH ROW EXECUTE FUNCTION "workerEvent"();
CREATE TRIGGER "Worker_update_event" AFTER UPDATE ON "Worker"
FOR EACH ROW WHEN (
  (OLD."status", OLD."statusReason", OLD."errorDetail", OLD."progressPercent", OLD."progressMessage", OLD."expiresAt")
  IS DISTINCT FROM
  (NEW."status", NEW."statusReason", NEW."errorDetail", NEW."progressPercent", NEW."progressMessage", NEW."expiresAt")
) EXECUTE FUNCTION "workerEvent"();

CREATE TRIGGER "Session_insert_event" AFTER INSERT ON "Session"
FOR EACH ROW EXECUTE FUNCTION "sessionEvent"();
CREATE TRIGGER "Session_update_event" AFTER UPDATE ON "Session"
FOR EACH ROW WHEN (
  (OLD."status", OLD."statusReason", OLD."path") IS DISTINCT FROM (NEW."status", NEW."statusReason", NEW."path")
) EXECUTE FUNCTION "sessionEvent"();

CREATE TRIGGER "Execution_insert_event" AFTER INSERT ON "Execution"
FOR EACH ROW EXECUTE FUNCTION "executionEvent"();
CREATE TRIGGER "Execution_update_event" AFTER UPDATE ON "Execution"
FOR EACH ROW WHEN (OLD."status" <> NEW."status") EXECUTE FUNCTION "executionEvent"();

CREATE TRIGGER "NotebookRun_insert_event" AFTER INSERT ON "NotebookRun"
FOR EACH ROW EXECUTE FUNCTION "notebookRunEvent"();
CREATE TRIGGER "NotebookRun_update_event" AFTER UPDATE ON "NotebookRun"
FOR EACH ROW WHEN (OLD."status" <> NEW."status") EXECUTE FUNCTION "notebookRunEvent"();

CREATE TRIGGER "RepositoryMaintenance_insert_event" AFTER INSERT ON "RepositoryMaintenance"
FOR EACH ROW EXECUTE FUNCTION "maintenanceEvent"();
CREATE TRIGGER "RepositoryMaintenance_update_event" AFTER UPDATE ON "RepositoryMaintenance"
FOR EACH ROW WHEN (
  (OLD."status", OLD."step", OLD."percent", OLD."lastError")
  IS DISTINCT FROM (NEW."status", NEW."step", NEW."percent", NEW."lastError")
) EXECUTE FUNCTION "maintenanceEvent"();

CREATE TRIGGER "RepositoryRemote_event" AFTER INSERT OR DELETE ON "RepositoryRemote"
FOR EACH ROW EXECUTE FUNCTION "remoteEvent"();
CREATE TRIGGER "RepositoryRemote_update_event" AFTER UPDATE ON "RepositoryRemote"
FOR EACH ROW WHEN (
  (OLD."revision", OLD."syncStatus", OLD."lastError", OLD."conflicts", OLD."lastSyncedAt")
  IS DISTINCT FROM (NEW."revision", NEW."syncStatus", NEW."lastError", NEW."conflicts", NEW."lastSyncedAt")
) EXECUTE FUNCTION "remoteEvent"();
