/** What a pack, its index or a loose object holds is not what it must be; another copy of the object may be sound. */
export class PackDamage extends Error {
  override name = 'PackDamage';
}
