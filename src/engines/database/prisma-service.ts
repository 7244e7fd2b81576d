import type { PrismaClient } from '../../../prisma/generated/client/client.js';

/** What a command needs that reads and writes the database alone. */
export interface PrismaService {
  prisma: PrismaClient;
}
