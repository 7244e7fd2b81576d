-- Gives numbers to at most p_max committed events of a space that have none, in the order in which they were written, and
-- returns how many those were. The caller needs one statement for it, so the server frees the lock also when the process of
-- the caller is stopped.
-- It is VOLATILE, so each statement in it has a snapshot of its own: those after the lock see what its last holder has numbered.
CREATE FUNCTION "numberSpaceEvents"(p_space UUID, p_max INTEGER) RETURNS INTEGER LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  before_batch BIGINT;
  numbered INTEGER;
BEGIN
  INSERT INTO "SpaceEventCounter" ("spaceId") VALUES (p_space) ON CONFLICT DO NOTHING;
  SELECT "last" INTO before_batch FROM "SpaceEventCounter" WHERE "spaceId" = p_space FOR UPDATE;
  WITH pending AS (
    SELECT "id", row_number() OVER (ORDER BY "id") AS offset_in_batch FROM (
      SELECT "id" FROM "SpaceEvent" WHERE "spaceId" = p_space AND "number" IS NULL ORDER BY "id" LIMIT p_max
    ) AS first
  )
  UPDATE "SpaceEvent" AS e SET "number" = before_batch + p.offset_in_batch FROM pending AS p WHERE e."id" = p."id";
  GET DIAGNOSTICS numbered = ROW_COUNT;
  UPDATE "SpaceEventCounter" SET "last" = "last" + numbered WHERE "spaceId" = p_space;
  RETURN numbered;
END $$;
