/** So many addresses are named. */
const maxNamed = 3;
const maxAddressChars = 200;

/**
 * Says below the chart that something it refers to elsewhere is not loaded.
 * @param address what is not the address of a site, such as `eval` or `data:`, is left out
 */
export function noteNotLoaded(address: string): void {
  if (!/^(https?:)?\/\//i.test(address)) return;
  const text = `Not loaded, because charts use only what is in the notebook: ${address.slice(0, maxAddressChars)}`;
  const notes = [...document.querySelectorAll('.not-loaded')];
  if (notes.length >= maxNamed || notes.some((note) => note.textContent === text)) return;
  const note = document.createElement('p');
  note.className = 'not-loaded';
  note.textContent = text;
  document.body.append(note);
}
