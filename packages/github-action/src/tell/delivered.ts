/** Where the images went. */
export interface Delivered {
  commitSha: string | undefined;
  pullRequest: { number: number; url: string } | undefined;
  /** Folder to upload. */
  artifact: string | undefined;
  /** Paths that reached the branch, the pull request or the folder. */
  paths: readonly string[];
  notes: readonly string[];
  /** Images were paid for and did not get where they were to go: they are in `artifact`, and the step fails. */
  incomplete: boolean;
}

export const NOT_DELIVERED: Delivered = {
  commitSha: undefined,
  pullRequest: undefined,
  artifact: undefined,
  paths: [],
  notes: [],
  incomplete: false,
};
