import type { Prisma, PrismaClient, TokenScope, User } from '../../prisma/generated/client/client.js';
import { TokenScope as scopeNames } from '../../prisma/generated/client/enums.js';
import type { Actor } from '../context.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { checkEmail } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import type { VerifiedToken } from './identity-provider.js';

/** What a person may do whose token names no scope of ours; their role in a space limits it further. */
const defaultScopes: TokenScope[] = ['read', 'write', 'execute'];
const maxTries = 3;

/**
 * The user of a verified JWT. The first token of a person makes their user, or links them to the user that an admin made for
 * their e-mail address, if the issuer has verified it. A platform admin is never linked: whoever could change an address at
 * the issuer would be one.
 * @param tokenId what the token is known by while streams are open
 * @throws DomainError `unauthenticated` when the first token of a person does not say who they are
 */
export async function signIn(prisma: PrismaClient, token: VerifiedToken, tokenId: string): Promise<Actor> {
  const user = await findOrMakeUser(prisma, token);
  const { id: userId, name, email, isPlatformAdmin } = user;
  const scopes = scopesOf(token);
  return { userId, name, email, isPlatformAdmin, tokenId, jwtExpiresAt: token.validUntil, scopes };
}

async function findOrMakeUser(prisma: PrismaClient, token: VerifiedToken): Promise<User> {
  for (let tries = 1; ; tries++) {
    const user = await findUser(prisma, token);
    if (user) return user;
    try {
      return await makeUser(prisma, token);
    } catch (error) {
      // Another request was faster: of the same person, or of another one with the same address.
      if (!uniqueViolation(error) || tries === maxTries) throw error;
    }
  }
}

async function findUser(prisma: PrismaClient, { issuer, claims }: VerifiedToken): Promise<User | undefined> {
  const where = { issuer_subject: { issuer, subject: claims.sub } };
  return (await prisma.userIdentity.findUnique({ where, include: { user: true } }))?.user;
}

async function makeUser(prisma: PrismaClient, { issuer, claims }: VerifiedToken): Promise<User> {
  const email = emailOf(claims);
  const identity = { issuer, subject: claims.sub };
  return prisma.$transaction(async (tx) => {
    const [known, ...others] = await usersOf(tx, email, issuer);
    // Another request with a token of the same person has just made it.
    if (known?.identities.some(({ subject }) => subject === claims.sub)) return known;
    if (!known) {
      return tx.user.create({
        data: { name: nameOf(claims) ?? email, email, identities: { create: identity } },
      });
    }
    const isFree = !known.isPlatformAdmin && known.identities.length === 0 && others.length === 0;
    if (!isFree || !isVerified(claims)) throw refused(`another user has the address ${email}; ask an admin`);
    await tx.userIdentity.create({ data: { ...identity, userId: known.id } });
    return known;
  });
}

/** The users with an address. Upper and lower case are equal, but of ASCII letters only: others are alike to a database. */
async function usersOf(tx: Prisma.TransactionClient, email: string, issuer: string) {
  // Prisma does not escape the three special characters of LIKE.
  const equals = email.replace(/[\\%_]/g, '\\$&');
  const users = await tx.user.findMany({
    where: { email: { equals, mode: 'insensitive' } },
    include: { identities: { where: { issuer } } },
  });
  return users.filter((user) => inLowerCase(user.email) === inLowerCase(email));
}

function inLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function emailOf(claims: VerifiedToken['claims']): string {
  const { email, email_verified: verified } = claims;
  if (typeof email !== 'string') throw refused('it has no claim "email", which a first sign-in needs');
  if (verified !== undefined && !isVerified(claims))
    throw refused('its issuer has not verified your e-mail address');
  try {
    return checkEmail(email);
  } catch {
    throw refused('its claim "email" is not an e-mail address');
  }
}

/** Some issuers send the text `true`. */
function isVerified({ email_verified: verified }: VerifiedToken['claims']): boolean {
  return verified === true || verified === 'true';
}

function nameOf({ name, preferred_username: username }: VerifiedToken['claims']): string | undefined {
  for (const given of [name, username]) {
    try {
      if (typeof given === 'string') return checkName(given);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/**
 * The scopes of ours among those of a token: in `scope` (RFC 9068, section 2.2.3) or, as some issuers have it, in `scp`.
 * @returns the {@link defaultScopes} when it has none of ours
 */
function scopesOf({ claims: { scope, scp } }: VerifiedToken): Set<TokenScope> {
  const given = [scope, scp].flat().flatMap((text) => (typeof text === 'string' ? text.split(' ') : []));
  const ours = Object.values(scopeNames).filter((name) => given.includes(name));
  return new Set(ours.length > 0 ? ours : defaultScopes);
}

function refused(reason: string): DomainError {
  return new DomainError('unauthenticated', `This token cannot be used: ${reason}.`);
}
