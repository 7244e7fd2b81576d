/** An operation in a tab of the explorer. */
interface ExampleOperation {
  query: string;
  /** JSON text; an empty value is for the user to fill in. The variables of a first tab are not shown. */
  variables: string | null;
}

/** Those of the demo, which a gateway with `DEMO=0` does not have. */
const space = 'demo';
const workspace = '00000000-0000-4000-8000-0000000000c0';

/** What the explorer shows to users who have no operations of their own yet: to read, watch, save and run. */
export const exampleOperations: ExampleOperation[] = [
  example(
    `query Workspaces {
  me {
    name
  }
  space(slug: "demo") {
    workspaces {
      nodes {
        id
        name
        files(first: 20) {
          nodes {
            path
          }
        }
      }
    }
  }
}
`,
  ),
  example(
    `# Run this, then SaveFile in its tab.
subscription WatchFiles($space: String!, $workspace: ID!) {
  fileChanged(spaceSlug: $space, workspaceId: $workspace) {
    path
    change
    commitSha
    commitMessage
  }
}
`,
    { space, workspace },
  ),
  example(
    `mutation SaveFile($space: String!, $workspace: ID!, $path: String!, $content: String!) {
  saveFile(spaceSlug: $space, in: { workspaceId: $workspace }, input: { path: $path, content: $content }) {
    file {
      path
      commitSha
    }
  }
}
`,
    { space, workspace, path: 'README.md', content: '# Welcome\n' },
  ),
  example(
    `# Starts a kernel, which may take a minute.
mutation StartSession($space: String!, $workspace: ID!) {
  createSession(spaceSlug: $space, input: { workspaceId: $workspace }) {
    session {
      id
      status
    }
  }
}
`,
    { space, workspace },
  ),
  example(
    `mutation RunCell($space: String!, $session: ID!, $code: String!) {
  executeCell(spaceSlug: $space, sessionId: $session, input: { code: $code }) {
    id
    status
  }
}
`,
    { space, session: '', code: 'for n in range(3): print(n)' },
  ),
  example(
    `# The events of a run from its beginning, also when it has ended.
subscription FollowRun($execution: ID!) {
  executionEvents(executionId: $execution, after: 0) {
    sequence
    type
    ... on StreamEvent {
      name
      text
    }
    ... on FinalResponse {
      status
    }
  }
}
`,
    { execution: '' },
  ),
];

function example(query: string, variables?: Record<string, string>): ExampleOperation {
  return { query, variables: variables ? JSON.stringify(variables, null, 2) : null };
}
