-- File lists are sorted by path in code point order, whatever the database's locale; Prisma's schema cannot say so.
ALTER TABLE "BranchFile" ALTER COLUMN "path" TYPE TEXT COLLATE "C";
