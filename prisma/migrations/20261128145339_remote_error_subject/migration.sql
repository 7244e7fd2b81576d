-- AlterTable
ALTER TABLE "RepositoryRemote" ADD COLUMN     "lastErrorSubject" TEXT;
