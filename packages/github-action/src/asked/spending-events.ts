/** Events whose checkout was pushed by somebody who may write to the repository. All others may show foreign files. */
export const EVENTS_OF_WRITERS: readonly string[] = [
  "push",
  "schedule",
  "workflow_dispatch",
  "repository_dispatch",
  "release",
];

/** Whether `generate` makes images on this event without being told so. Pull requests from forks have no keys anyway. */
export function spendsUnasked(eventName: string): boolean {
  return eventName === "pull_request" || EVENTS_OF_WRITERS.includes(eventName);
}
