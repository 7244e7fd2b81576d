-- CreateTable
CREATE TABLE "Installation" (
    "key" INTEGER NOT NULL DEFAULT 1,
    "id" UUID NOT NULL,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("key")
);
