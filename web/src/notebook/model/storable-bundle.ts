/** The types whose values nbformat stores as JSON; all others have texts. */
const jsonType = /^application\/([\w.+-]+\+)?json$/;

/**
 * A bundle of a kernel as a notebook may have it. A value that is no text is kept under a JSON type: Altair 6 calls its charts
 * `application/vnd.vegalite.v6.json`, and nbformat, which takes only `+json`, would refuse to save the whole notebook.
 * @param data what is no object is an empty bundle
 */
export function storableBundle(data: unknown): Record<string, unknown> {
  const isStorable = ([type, value]: [string, unknown]) => jsonType.test(type) || isText(value);
  if (typeof data !== 'object' || data === null) return {};
  const members = Object.entries(data);
  if (members.every(isStorable)) return data as Record<string, unknown>;
  return Object.fromEntries(
    members.map((member): [string, unknown] => {
      const [type, value] = member;
      if (isStorable(member)) return member;
      const renamed = type.replace(/\.json$/, '+json');
      return jsonType.test(renamed) ? [renamed, value] : [type, JSON.stringify(value)];
    }),
  );
}

const isText = (value: unknown) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'));
