/** Where hostile inputs are sent. */
export interface HostileTarget {
  port: number;
  /** A token of the admin, who sends the inputs. */
  token: string;
  /** Workspaces of the space `demo`, each with files of which one is large. */
  workspaceIds: string[];
  /** The path of a text file of 2 MB in the first workspace. */
  largePath: string;
}

/** One row of the table of `npm run bench -- hostile`. */
export interface HostileInput {
  what: string;
  /** Sends it and reads the whole answer. @returns the status, or why there was none */
  send(target: HostileTarget): Promise<number | string>;
}
