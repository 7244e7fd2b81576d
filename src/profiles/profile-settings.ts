import type { Backend, Prisma, Runtime } from '../../prisma/generated/client/client.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkText } from '../validation/validate.js';
import { checkEnvironment, type EnvironmentVariable } from './check-environment.js';

/** What a kernel profile asks of its workers, beside the kernel. An absent member stays as it is, or has its default. */
export interface ProfileSettingsInput {
  /** The backend of a `dedicated` profile; null, the default, for the first one that is offered. */
  backend?: Backend | null;
  /** The container image of a `dedicated` profile; null, the default, for the configured one. */
  image?: string | null;
  /** Default none. */
  environment?: EnvironmentVariable[] | null;
  /** Python modules that each new kernel imports; default none. */
  warmImports?: string[] | null;
  /** The classes that may be used with it; empty, the default, for all. */
  resourceClassIds?: string[] | null;
  /** Whether workers may reach the network; default false. */
  egress?: boolean | null;
}

/** Checked settings as columns; an absent one is not written. */
export interface ProfileSettings {
  backend?: Backend | null;
  image?: string | null;
  environment?: Record<string, string>;
  warmImports?: string[];
  resourceClassIds?: string[];
  egress?: boolean;
}

const maxImageLength = 512;
const maxModules = 50;
const maxModuleLength = 200;
const maxClasses = 100;

/** `[host[:port]/]path[:tag][@digest]`. @see https://github.com/distribution/reference */
const imageReference =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
const moduleName = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/**
 * Checks the settings of a new or changed profile.
 * @throws FieldError `invalid_request` with the path of each fault
 */
export async function checkProfileSettings(input: ProfileSettingsInput): Promise<ProfileSettings> {
  const { image, environment, warmImports, resourceClassIds } = input;
  const checked = await checkAll({
    image: () => (image == null ? image : checkImage(image)),
    environment: () => (environment == null ? undefined : checkEnvironment(environment)),
    warmImports: () => (warmImports == null ? undefined : checkModules(warmImports)),
    resourceClassIds: () => (resourceClassIds == null ? undefined : checkClassIds(resourceClassIds)),
  });
  return { ...checked, backend: input.backend, egress: input.egress ?? undefined };
}

/**
 * Checks a whole profile as it is to be stored: that its members fit each other, and that its resource classes exist. Runs
 * in the transaction that writes it.
 * @throws FieldError `invalid_request`
 */
export async function checkWholeProfile(
  tx: Prisma.TransactionClient,
  profile: { runtime: Runtime; backend?: Backend | null; image?: string | null; resourceClassIds?: string[] },
): Promise<void> {
  const { runtime, backend, image, resourceClassIds = [] } = profile;
  if (backend === 'external')
    throw invalidField(
      'backend',
      'must be docker or kubernetes; for local and external workers leave it null',
      'mismatch',
    );
  if (runtime !== 'dedicated' && backend != null)
    throw invalidField('backend', 'is for the runtime "dedicated" only; set it to null', 'mismatch');
  if (runtime !== 'dedicated' && image != null)
    throw invalidField('image', 'is for the runtime "dedicated" only; set it to null', 'mismatch');
  const known = await tx.resourceClass.findMany({
    where: { id: { in: resourceClassIds } },
    select: { id: true },
  });
  const ids = new Set(known.map(({ id }) => id));
  const index = resourceClassIds.findIndex((id) => !ids.has(id));
  if (index !== -1) throw invalidField(['resourceClassIds', index], 'is not a resource class', 'unknown');
}

function checkImage(image: string): string {
  if (checkText(image, 'image', maxImageLength) && imageReference.test(image)) return image;
  throw invalidField('image', 'must be the reference of an image, e.g. "registry.example.com/worker:1.2"');
}

function checkModules(modules: string[]): string[] {
  if (modules.length > maxModules)
    throw invalidField('warmImports', `must have at most ${maxModules} items`, 'too_long');
  for (const [index, name] of modules.entries()) {
    if (name.length > maxModuleLength || !moduleName.test(name))
      throw invalidField(['warmImports', index], 'must be the name of a Python module, e.g. "scipy.stats"');
  }
  return [...new Set(modules)];
}

function checkClassIds(ids: string[]): string[] {
  if (ids.length > maxClasses)
    throw invalidField('resourceClassIds', `must have at most ${maxClasses} items`, 'too_long');
  for (const [index, id] of ids.entries()) {
    if (!/^[a-z0-9-]{1,63}$/.test(id))
      throw invalidField(['resourceClassIds', index], 'is not a resource class', 'unknown');
  }
  return [...new Set(ids)];
}
