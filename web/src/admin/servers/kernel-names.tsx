const maxInSight = 6;

/** The kernelspecs of a server by name; a server may have hundreds, so a long list opens on demand. */
export function KernelNames({ names }: { names: string[] }) {
  const all = names.join(', ');
  if (names.length <= maxInSight) return <p>Kernels: {all}</p>;
  return (
    <details>
      <summary>{names.length} kernels</summary>
      <p>{all}</p>
    </details>
  );
}
