/** Added to the reason of a failure where pip may not run code of packages. */
export const wheelsHint = ' (without egress in its profile, only wheels of the package index are installed)';
