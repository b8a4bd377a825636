import { type AssetSpec, outputPaths } from "../asset-spec.ts";
import type { InputProblem } from "../fields/input-problem.ts";

/** Two images for one file, also where a file system does not tell `A.png` from `a.png`. */
export function outputCollisions(assets: readonly AssetSpec[]): InputProblem[] {
  const owners = new Map<string, AssetSpec>();
  for (const asset of assets) {
    for (const path of outputPaths(asset)) {
      const owner = owners.get(path.toLowerCase());
      if (owner) {
        const message = `${owner.id} and ${asset.id} have the same output ${path}.`;
        const line = asset.lines["output"] ?? asset.line;
        return [
          {
            file: asset.file,
            line,
            message,
            hint: "Put `{{name}}` of the matrix into `output`, such as `icons/{{name}}.png`.",
          },
        ];
      }
      owners.set(path.toLowerCase(), asset);
    }
  }
  return [];
}
