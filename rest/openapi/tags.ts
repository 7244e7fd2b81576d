import type { Tag } from '../route-description.js';

const descriptions: Record<Tag, string> = {
  Workspaces: 'Named views on a branch of a repository, with an owner, a visibility and grants.',
  Repositories: 'Git repositories of the space and their branches.',
  Files: 'The files of a branch: every write is one Git commit.',
  Notebooks: 'The links and the versions of notebooks.',
  Kernels: 'The kernel profiles and resource classes that workers are started with.',
  Workers: 'Jupyter servers of one user with the files of one branch.',
  Sessions: 'Kernels on workers.',
  Executions: 'Runs of cells and their output as server-sent events.',
  Runs: 'Runs of whole notebooks, whose executed notebooks are saved.',
  Events: 'What happens in the space, as one stream.',
};

/** The tags of the document, in the order in which a reader meets them. */
export function describeTags(): { name: string; description: string }[] {
  return Object.entries(descriptions).map(([name, description]) => ({ name, description }));
}
