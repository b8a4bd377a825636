import { builtInCatalogue, type Operation, type Provider, type RemoteProvider } from "@artdesk/core";
import type {
  ICredentialType,
  ILoadOptionsFunctions,
  INodeProperties,
  INodePropertyCollection,
  INodePropertyOptions,
} from "n8n-workflow";
import { describe, expect, it } from "vitest";
import { ArtdeskFalApi } from "../credentials/ArtdeskFalApi.credentials.ts";
import { ArtdeskGeminiApi } from "../credentials/ArtdeskGeminiApi.credentials.ts";
import { ArtdeskLedgerApi } from "../credentials/ArtdeskLedgerApi.credentials.ts";
import { ArtdeskOpenAiApi } from "../credentials/ArtdeskOpenAiApi.credentials.ts";
import { ArtdeskOpenRouterApi } from "../credentials/ArtdeskOpenRouterApi.credentials.ts";
import { ArtdeskReplicateApi } from "../credentials/ArtdeskReplicateApi.credentials.ts";
import { Artdesk } from "../nodes/Artdesk/Artdesk.node.ts";
import { BATCH_PROVIDERS, PROVIDER_CREDENTIALS } from "../nodes/Artdesk/host/provider-credentials.ts";
import { SIZE_PRESETS } from "../nodes/Artdesk/panel/size-presets.ts";
import { inPanelWords } from "../nodes/Artdesk/words/panel-words.ts";

const node = new Artdesk();
const credentials: ICredentialType[] = [
  new ArtdeskOpenAiApi(),
  new ArtdeskGeminiApi(),
  new ArtdeskFalApi(),
  new ArtdeskReplicateApi(),
  new ArtdeskOpenRouterApi(),
  new ArtdeskLedgerApi(),
];

type Field = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** Every field, option and nested field of a panel. */
function everyField(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => [
    field,
    ...("options" in field && field.options !== undefined ? everyField(field.options) : []),
    ...("values" in field ? everyField(field.values) : []),
    ...("modes" in field && field.modes !== undefined
      ? field.modes.map((mode) => ({ ...mode, value: mode.name }))
      : []),
  ]);
}

const fields = [
  ...everyField(node.description.properties),
  ...credentials.flatMap(({ properties }) => everyField(properties)),
];
const parameters = fields.filter((field): field is INodeProperties => "type" in field && "default" in field);

/** What people read of a field. */
function textsOf(field: Field): string[] {
  return ["displayName", "description", "placeholder", "hint", "action"].flatMap((key) => {
    const text = (field as unknown as Record<string, unknown>)[key];
    return typeof text === "string" ? [text] : [];
  });
}

const SMALL_WORDS = new Set([
  "a",
  "an",
  "and",
  "at",
  "by",
  "for",
  "from",
  "if",
  "in",
  "of",
  "on",
  "or",
  "per",
  "the",
  "to",
  "when",
]);

describe("the panel", () => {
  it("has fields to look at", () => {
    expect(fields.length).toBeGreaterThan(60);
    expect(parameters.length).toBeGreaterThan(30);
  });

  it("uses no word that n8n wants out of its panels", () => {
    const wrong = fields
      .flatMap(textsOf)
      .filter((text) => /\b(errors?|problems?|fail(ure|ed|s)?|mistakes?)\b/i.test(text));
    expect(wrong).toEqual([]);
  });

  it("writes names of fields and options in title case", () => {
    const names = fields.map((field) => ("displayName" in field ? field.displayName : field.name));
    const wrong = names.filter((name) => {
      const words = name
        .replace(/\(.*\)/, "")
        .split(" ")
        .filter(Boolean);
      return words.some((word, index) => /^[a-z]/.test(word) && (index === 0 || !SMALL_WORDS.has(word)));
    });
    expect(wrong).toEqual([]);
  });

  it("starts every example with e.g. and every switch with Whether", () => {
    const examples = fields.flatMap((field) =>
      "placeholder" in field &&
      typeof field.placeholder === "string" &&
      "type" in field &&
      !["collection", "fixedCollection"].includes(field.type)
        ? [field.placeholder]
        : [],
    );
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter((text) => !text.startsWith("e.g. "))).toEqual([]);
    const switches = parameters.filter(({ type }) => type === "boolean");
    expect(switches.length).toBeGreaterThan(1);
    expect(switches.filter(({ description }) => description?.startsWith("Whether ") !== true)).toEqual([]);
  });

  it("names operations as people do: a verb and the resource, in sentence case", () => {
    const actions = node.description.properties
      .filter(({ name }) => name === "operation")
      .flatMap(({ options = [] }) => options as INodePropertyOptions[])
      .map(({ action }) => action);
    expect(actions).toEqual([
      "Compare models on an image",
      "Draft image",
      "Edit image",
      "Make final image",
      "Generate image",
      "Refine image",
      "Upscale image",
      "Estimate cost",
      "Get budget",
      "Reconcile budget",
      "Collect batch",
      "Submit batch",
    ]);
  });

  it("explains every purpose", () => {
    const purpose = node.description.properties.find(({ name }) => name === "purpose");
    const options = purpose?.options as INodePropertyOptions[];
    expect(options.map(({ value }) => String(value)).toSorted()).toEqual([
      "client",
      "docs",
      "draft",
      "internal",
      "print",
      "social",
    ]);
    expect(options.filter(({ description }) => description === undefined || description.length < 15)).toEqual([]);
  });

  it("needs nothing but a prompt", () => {
    const forGenerate = node.description.properties.filter(({ displayOptions }) => {
      const show = displayOptions?.show;
      return (
        show === undefined ||
        ((show["resource"]?.includes("image") ?? true) &&
          (show["operation"]?.includes("generate") ?? true) &&
          show["size"] === undefined)
      );
    });
    const needed = forGenerate.filter(({ required, default: value }) => required === true && value === "");
    expect(needed.map(({ name }) => name)).toEqual(["prompt"]);
  });

  it("offers shapes that at least one paid model of each provider can make", () => {
    // Replicate publishes no price: none of its models is used before the user gives one.
    const paid = builtInCatalogue.rows.filter(
      ({ provider, operations, price }) =>
        builtInCatalogue.providers.get(provider)?.kind !== "local" &&
        operations.includes("generate") &&
        price.kind !== "unknown",
    );
    for (const { aspect, name } of SIZE_PRESETS) {
      const [width = 1, height = 1] = aspect.split(":").map(Number);
      const able = paid.filter(({ sizes }) => {
        if (sizes.kind === "free") return Math.max(width / height, height / width) <= sizes.maxRatio;
        return sizes.kind === "table" && sizes.entries.some((entry) => entry.aspect === aspect);
      });
      expect([name, [...new Set(able.map(({ provider }) => provider))].toSorted()]).toEqual([
        name,
        ["fal", "gemini", "openai", "openrouter"],
      ]);
    }
  });
});

function isRemote(provider: Provider): provider is RemoteProvider {
  return provider.kind !== "local";
}

describe("credentials", () => {
  it("exist for every provider that is called over HTTP, with its own address", () => {
    const remote = [...builtInCatalogue.providers.values()].filter(isRemote);
    // Its address and its models are written into artdesk.yml by hand: there is no such file here.
    const byHand = remote.filter((provider) => provider.kind === "http" && provider.modelsByHand === true);
    expect(byHand.map(({ id }) => id)).toEqual(["openai-compatible"]);
    const providers = remote.filter((provider) => !byHand.includes(provider));
    expect([...PROVIDER_CREDENTIALS.keys()].toSorted()).toEqual(providers.map(({ id }) => id).toSorted());
    for (const provider of providers) {
      const name = PROVIDER_CREDENTIALS.get(provider.id);
      const type = credentials.find((credential) => credential.name === name);
      const baseUrl = type?.properties.find((property) => property.name === "baseUrl");
      expect(baseUrl?.default).toBe(provider.auth.defaultBaseUrl);
      expect(node.description.credentials?.find((credential) => credential.name === name)?.displayName).toBe(
        provider.name,
      );
      const authenticate = type?.authenticate;
      const headers = typeof authenticate === "object" ? Object.entries(authenticate.properties.headers ?? {}) : [];
      expect(headers.map(([header, value]) => [header.toLowerCase(), value])).toEqual([
        [provider.auth.header, `=${provider.auth.prefix}{{$credentials.apiKey}}`],
      ]);
    }
  });

  it("are all declared in the node, each under a name of its own, tested and with its key hidden", () => {
    const declared = node.description.credentials ?? [];
    expect(declared.map(({ name }) => name).toSorted()).toEqual(credentials.map(({ name }) => name).toSorted());
    expect(new Set(declared.map(({ displayName }) => displayName)).size).toBe(declared.length);
    for (const { test, properties } of credentials) {
      expect(test?.request.url).toMatch(/^\//);
      expect(properties.find(({ name }) => name === "apiKey")?.typeOptions?.password).toBe(true);
    }
  });
});

describe("the list of models", () => {
  const search = node.methods.listSearch.searchModels;
  const context = {} as ILoadOptionsFunctions;

  it("starts with Automatic and has every model that can still be called", async () => {
    const { results } = await search.call(context);
    expect(results[0]).toEqual({ name: "Automatic", value: "auto" });
    const today = new Date().toISOString().slice(0, 10);
    const alive = builtInCatalogue.rows.filter(
      ({ provider, lifecycle: { shutdownOn } }) =>
        (PROVIDER_CREDENTIALS.has(provider) || provider === "sketch") &&
        (shutdownOn === undefined || today < shutdownOn),
    );
    const idsOf = (...wanted: Operation[]): string[] =>
      alive.filter(({ operations }) => wanted.some((each) => operations.includes(each))).map(({ id }) => id);
    expect(results.slice(1).map(({ value }) => value)).toEqual(idsOf("generate", "edit"));
    const upscalers = await node.methods.listSearch.searchUpscalers.call(context);
    expect(upscalers.results.map(({ value }) => value)).toEqual(["auto", ...idsOf("upscale")]);
    expect(idsOf("upscale").length).toBeGreaterThan(2);
  });

  it("offers to compare what can be judged: models that make images, and no sketch", async () => {
    const values = (await node.methods.loadOptions.loadModels.call(context)).map(({ value }) => value);
    expect(values).toContain("gpt-image-2");
    expect(values).not.toContain("sketch");
    expect(values).not.toContain("fal-ai/seedvr/upscale/image");
    expect(values).not.toContain("prunaai/flux-kontext-fast");
  });

  it("says which models need a price from the user", async () => {
    const { results } = await search.call(context, "Flux Kontext Fast");
    expect(results.map(({ name }) => name)).toEqual(["Flux Kontext Fast (Replicate, needs your price)"]);
  });

  it("finds models by name, id and provider", async () => {
    const names = async (filter: string): Promise<string[]> =>
      (await search.call(context, filter)).results.map(({ name }) => name);
    expect(await names("banana")).not.toHaveLength(0);
    expect((await names("gemini")).every((name) => name.includes("Gemini"))).toBe(true);
    expect(await names("no such model")).toEqual([]);
  });
});

describe("credentials in the panel", () => {
  it("are those of the providers that batches can use", () => {
    const shown = (node.description.credentials ?? [])
      .filter(({ displayOptions }) => displayOptions?.show?.["resource"]?.includes("batch"))
      .map(({ name }) => name);
    const usable = [...PROVIDER_CREDENTIALS].flatMap(([provider, type]) =>
      BATCH_PROVIDERS.has(provider) ? [type] : [],
    );
    expect(shown).toEqual(usable);
    expect(usable).toEqual(["artdeskOpenAiApi", "artdeskGeminiApi"]);
  });
});

describe("words of the panel", () => {
  it.each([
    ["Set OPENAI_API_KEY or GEMINI_API_KEY.", "Set the OpenAI credential or the Google Gemini credential."],
    [
      "Raise budget.month by at least $0.05, or set on_exceeded: downgrade.",
      "Raise 'Per Month' by at least $0.05, or set 'When Exceeded' to 'Use a Cheaper Model'.",
    ],
    [
      'Its provider publishes no price. Write yours in artdesk.yml, in USD per image: `prices: { "fal-ai/x": 0.05 }`.',
      "Its provider publishes no price. Give yours under 'Own Prices' in 'Options'.",
    ],
    [
      "Use 1024x1024, 1536x1024 or 1024x1536, or `urgency: normal`.",
      "Use 1024x1024, 1536x1024 or 1024x1536, or 'Image: Generate'.",
    ],
    ["Raise budget.tags.client.acme by at least $1.00.", "Raise 'Client per Month' by at least $1.00."],
    ["Raise budget.tags.client.acme.co by at least $1.00.", "Raise 'Client per Month' by at least $1.00."],
  ])("take the place of files and variables: %s", (text, words) => {
    expect(inPanelWords(text)).toBe(words);
  });
});
