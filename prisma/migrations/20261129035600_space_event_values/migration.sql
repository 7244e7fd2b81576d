-- The events of workers say when they end, and those of remotes when they were synchronized last: these changes have events.

CREATE OR REPLACE FUNCTION "workerEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "recordInWorkspace"('worker', NEW."workspaceId", NEW."id", jsonb_build_object(
    'userId', NEW."userId", 'status', NEW."status", 'statusReason', NEW."statusReason", 'errorDetail', NEW."errorDetail",
    'progressPercent', NEW."progressPercent", 'progressMessage', NEW."progressMessage", 'expiresAt', NEW."expiresAt"));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "remoteEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM "recordInRepository"('remote', OLD."repositoryId",
      jsonb_build_object('status', NULL, 'lastError', NULL, 'lastSyncedAt', NULL));
  ELSE
    PERFORM "recordInRepository"('remote', NEW."repositoryId", jsonb_build_object(
      'status', NEW."syncStatus", 'lastError', NEW."lastError", 'lastSyncedAt', NEW."lastSyncedAt"));
  END IF;
  RETURN NULL;
END $$;

-- Branches that diverged change together with the time of the sync. Other settings are no values of the event.
DROP TRIGGER "RepositoryRemote_update_event" ON "RepositoryRemote";
CREATE TRIGGER "RepositoryRemote_update_event" AFTER UPDATE ON "RepositoryRemote"
FOR EACH ROW WHEN (
  (OLD."syncStatus", OLD."lastError", OLD."lastSyncedAt") IS DISTINCT FROM (NEW."syncStatus", NEW."lastError", NEW."lastSyncedAt")
) EXECUTE FUNCTION "remoteEvent"();
