import manifest from "../../package.json" with { type: "json" };

/**
 * What is wrong with this version of Node, and what to do; `undefined` when nothing is. The oldest that works stands in
 * `engines` of package.json. Imports nothing: on an old Node the rest cannot even be loaded.
 * @param version As in `process.versions.node`, such as 22.19.0.
 */
export function nodeVersionProblem(version: string): string | undefined {
  const oldest = manifest.engines.node.replace(">=", "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Artdesk needs Node ${oldest} or newer, and this is Node ${version}: install Node 24 from https://nodejs.org, or run \`nvm install 24\`.`;
}
