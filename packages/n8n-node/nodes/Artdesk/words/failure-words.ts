import type { ArtdeskError, ErrorCode } from "@artdesk/core";
import { inPanelWords } from "./panel-words.ts";

/** What happened in one sentence, and what to do next: both in words of the panel. */
export interface FailureWords {
  message: string;
  hint: string;
}

interface PanelField {
  /** As the panel names it. */
  name: string;
  next: string;
}

const DATA_OR_PANEL = "Change it in the node, or in the data that this item brings.";

/** The fields that core's sentences start with: `prompt: must not be empty.` */
const FIELDS: Readonly<Record<string, PanelField>> = {
  prompt: {
    name: "Prompt",
    next: "Say what the image shows. Items without a text can be left out by a Filter node before this one.",
  },
  purpose: { name: "Purpose", next: "Choose one from the list. An expression must give one of these words." },
  size: { name: "Pixels", next: "Write width and height, such as 1536x1024." },
  factor: { name: "Enlarge", next: "Choose one from the list, or give a number from 1 to 16." },
  correction: { name: "Correction", next: "Say in words what to change." },
  drafts: { name: "Number of Drafts", next: "Give a whole number from 1 to 10. For more drafts, send more items." },
  pick: { name: "Pick", next: "Give a draft's number, or leave it empty to take every item." },
  attempts: { name: "Attempts", next: "Give a whole number from 1 to 10." },
  models: { name: "Model Names or IDs", next: "Choose two or more from the list." },
  aspect: { name: "Shape", next: "Write width and height, such as 3:2." },
  resolution: { name: "Detail", next: "Choose one from the list." },
  quality: { name: "Quality", next: "Use a word that the model knows, or leave it empty." },
  count: { name: "Number of Images", next: "Give a whole number from 1 to 10. For more images, send more items." },
  text: { name: "Text in Image", next: DATA_OR_PANEL },
  elements: { name: "Must Show", next: DATA_OR_PANEL },
  references: { name: "Reference Field Names", next: DATA_OR_PANEL },
  mask: { name: "Mask Field Name", next: "Give a PNG file of the image's size, transparent where it may change." },
  transparent: {
    name: "Transparent Background",
    next: "Choose PNG or WebP under 'File Format', or keep the background.",
  },
  format: { name: "File Format", next: "Choose one from the list." },
  model: { name: "Model", next: "Choose one from the list, or leave it on 'Automatic'." },
  tags: { name: "Tags", next: DATA_OR_PANEL },
};

/** What to do next where core has no better advice. */
const NEXT_STEPS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: DATA_OR_PANEL,
  invalid_policy: "Choose another 'Policy'.",
  no_candidate: "Choose another model, or change what is asked for.",
  budget_exceeded: "Raise the limit under 'Budget', or ask for less.",
  auth_failed: "Check the key in the credential: it may have been revoked.",
  rate_limited: "Run it again later, or lower 'Images at Once'.",
  quota_exhausted: "Top up the account with the provider, or raise its limit there.",
  content_refused: "Say it in other words, or choose another model.",
  unavailable: "Run it again later.",
  network: "Check the base URL in the credential and this n8n's network, then run it again.",
  timeout: "Run it again, or choose a faster model.",
  bad_response: "Run it again, or choose another model.",
  aborted: "Run it again to make the rest.",
  exhausted: "Run it again later, or choose another model.",
};

/** Core's words for a failure as the panel shows them. */
export function failureWords(cause: ArtdeskError): FailureWords {
  const [first, ...more] = cause.issues.length > 0 ? cause.issues : [cause.shortMessage];
  const about = fieldOf(first ?? "");
  const hints = [cause.hint ?? about?.next ?? NEXT_STEPS[cause.code], ...more.map(inFieldWords)];
  return { message: title(inFieldWords(first ?? "")), hint: inPanelWords(hints.join(" ")) };
}

const PATH = /^([a-z]+)(?:\.[\w*]+)*: (.+)$/s;

function fieldOf(sentence: string): PanelField | undefined {
  const name = PATH.exec(sentence)?.[1] ?? "";
  return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
}

/** `prompt: must not be empty.` becomes `'Prompt' must not be empty.` */
function inFieldWords(sentence: string): string {
  const field = fieldOf(sentence);
  const rest = PATH.exec(sentence)?.[2] ?? "";
  if (field === undefined) return inPanelWords(sentence);
  const joint = /^(must|needs|cannot|has|belongs)\b/.test(rest) ? " " : ": ";
  return inPanelWords(`'${field.name}'${joint}${rest}`);
}

/** A title has a capital and no full stop. Names of models stay as they are. */
function title(sentence: string): string {
  const capital = sentence.replace(/^[a-z](?=[a-z]*[ :])/, (letter) => letter.toUpperCase());
  return capital.replace(/\.$/, "");
}
