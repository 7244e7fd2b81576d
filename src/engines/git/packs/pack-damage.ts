/** A pack, its index or a loose object is damaged. Another copy of the object may be intact. */
export class PackDamage extends Error {
  override name = 'PackDamage';
}
