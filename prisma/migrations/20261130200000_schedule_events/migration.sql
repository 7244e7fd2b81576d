-- AlterEnum
ALTER TYPE "SpaceEventKind" ADD VALUE 'schedule';

-- Events of schedules. A row that changes in several ways at once has one event, with the first change in the order below.

CREATE FUNCTION "scheduleEvent"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shown "Schedule" := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  change TEXT;
BEGIN
  IF TG_OP = 'INSERT' THEN
    change := 'created';
  ELSIF TG_OP = 'DELETE' THEN
    change := 'deleted';
  ELSIF OLD."status" <> NEW."status" THEN
    change := CASE NEW."status" WHEN 'paused' THEN 'paused' WHEN 'suspended' THEN 'suspended' ELSE 'resumed' END;
  ELSIF (OLD."cron", OLD."timeZone", OLD."path", OLD."ref", OLD."parameters", OLD."saveBranch", OLD."savePath",
      OLD."kernelProfileId", OLD."timeoutSeconds", OLD."allowErrors")
    IS DISTINCT FROM (NEW."cron", NEW."timeZone", NEW."path", NEW."ref", NEW."parameters", NEW."saveBranch", NEW."savePath",
      NEW."kernelProfileId", NEW."timeoutSeconds", NEW."allowErrors") THEN
    change := 'updated';
  ELSIF OLD."missedCount" <> NEW."missedCount" THEN
    change := 'missed';
  ELSIF OLD."lastRunId" IS DISTINCT FROM NEW."lastRunId" THEN
    change := 'run_started';
  ELSE
    change := 'updated';
  END IF;
  PERFORM "recordInWorkspace"('schedule', shown."workspaceId", shown."id", jsonb_build_object(
    'userId', shown."userId", 'change', change, 'status', shown."status", 'path', shown."path", 'cron', shown."cron",
    'timeZone', shown."timeZone", 'nextDueAt', shown."nextDueAt", 'lastRunId', shown."lastRunId",
    'missedCount', shown."missedCount", 'lastMissedAt', shown."lastMissedAt", 'missedReason', shown."missedReason",
    'errorCode', shown."errorCode", 'errorDetail', shown."errorDetail"));
  RETURN NULL;
END $$;

CREATE TRIGGER "Schedule_event" AFTER INSERT OR DELETE ON "Schedule"
FOR EACH ROW EXECUTE FUNCTION "scheduleEvent"();

-- Every column changes the list of schedules, but the time of the change itself.
CREATE TRIGGER "Schedule_update_event" AFTER UPDATE ON "Schedule"
FOR EACH ROW WHEN (
  (OLD."cron", OLD."timeZone", OLD."path", OLD."ref", OLD."parameters", OLD."saveBranch", OLD."savePath",
    OLD."kernelProfileId", OLD."timeoutSeconds", OLD."allowErrors", OLD."status", OLD."errorCode", OLD."errorDetail",
    OLD."nextDueAt", OLD."lastDueAt", OLD."lastRunId", OLD."missedCount", OLD."lastMissedAt", OLD."missedReason")
  IS DISTINCT FROM
  (NEW."cron", NEW."timeZone", NEW."path", NEW."ref", NEW."parameters", NEW."saveBranch", NEW."savePath",
    NEW."kernelProfileId", NEW."timeoutSeconds", NEW."allowErrors", NEW."status", NEW."errorCode", NEW."errorDetail",
    NEW."nextDueAt", NEW."lastDueAt", NEW."lastRunId", NEW."missedCount", NEW."lastMissedAt", NEW."missedReason")
) EXECUTE FUNCTION "scheduleEvent"();
