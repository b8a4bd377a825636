import { describe, expect, it } from "vitest";
import { readSharedLines, sharedFolder } from "../../../test/shared-folder.ts";
import type { Brief, ImageRequest } from "../../basics/types.ts";
import { parseRequest } from "../request/request.ts";
import { readBrief } from "./read-brief.ts";

function brief(prompt: string, more: Partial<ImageRequest> = {}): Brief {
  return readBrief(parseRequest({ prompt, ...more }));
}

describe("writing to render, with its exact strings", () => {
  it.each<[string, string[]]>([
    ['Billboard over a motorway with the words "DRIVE SLOWLY" in white', ["DRIVE SLOWLY"]],
    ["Cake with 'Happy 40th, Dad!' piped in blue icing", ["Happy 40th, Dad!"]],
    ["Enamel mug that reads “But first, tea”", ["But first, tea"]],
    ["Plakat mit der Überschrift „Sommerfest“ und der Zeile „Eintritt frei“", ["Sommerfest", "Eintritt frei"]],
    ["Affiche avec le titre « Fête de la musique » au centre", ["Fête de la musique"]],
    ["Cartel con el texto «Abierto» en letras rojas", ["Abierto"]],
    ["喫茶店の看板に「営業中」と書かれている", ["営業中"]],
    ["A button labelled `Save draft` in a settings window", ["Save draft"]],
    ['Two doors, one marked "IN", the other marked "OUT"', ["IN", "OUT"]],
    ['A 12" vinyl sleeve with "SIDE B" stamped on it', ["SIDE B"]],
    ["The dogs' kennel has a board saying 'Rex's Place'", ["Rex's Place"]],
    ['Poster for the film "Night Ferry"', ["Night Ferry"]],
    ['A bakery named "Krume" on a street corner', ["Krume"]],
    ['Label design, no text except the headline "PURE"', ["PURE"]],
    ['Replace the text "OPEN" with "CLOSED" on the door sign', ["CLOSED"]],
    ['a retro "DINER" sign at dusk', ["DINER"]],
  ])("%s", (prompt, texts) => {
    const read = brief(prompt);
    expect(read.textToRender).toEqual(texts);
    expect(read.rendersText).toBe(true);
    expect(read.evidence.text).toContain(texts[0]);
  });
});

describe("writing without quotes", () => {
  it.each([
    "A wooden sign that says Beach this way",
    "Shop window with gold lettering",
    "A teacher writing FRACTIONS on a blackboard",
    "Screenshot style mock-up, headline across the top, three bullet captions below",
    "Wedding invitation on handmade paper",
    "Comic panel with a speech bubble",
    "Grandpa holding a world's best fisherman mug",
    "Close-up of a ring engraved with the initials of a couple",
    "A jersey with the number 23 on the back",
    "A road closed by a stop sign",
    "Price tag showing $9.99 hanging from a jacket sign",
    "H E L L O spelled in pebbles on the sand",
    "Hoodie with a small logo on the sleeve of a shirt",
    "Laptop screen showing a chat",
    "Glasflasche, beschriftet in Schreibschrift",
    "Pancarte avec une inscription en arabe",
    "一块木牌上写着欢迎",
    "Protest banner STOP THE ROAD held by two farmers",
    "Instagram story: big bold SALE text in pink",
    "A vintage luggage tag with a name written in ink",
    "Packaging for tea, brand name LUMEN on the front",
    "Bottle with the label reading Sauvignon Blanc 2021",
    "Neon sign glowing with the phrase open all night",
    "Diagram with labels for each part of the engine",
    "Newspaper front page with the headline Moon Landing",
    "A tattoo of the word hope on a forearm",
  ])("%s", (prompt) => {
    expect(brief(prompt).rendersText).toBe(true);
  });
});

describe("no writing", () => {
  it.each([
    "A lighthouse at dawn, no text",
    "Product shot of a shampoo bottle without any lettering or logos",
    "Hero image, leave space on the left for a headline",
    "Abstract waves, text-free, no watermark",
    "Café interior, do not add captions, labels or signage",
    "Fond uni, sans texte",
    "Minimalistisches Symbolbild ohne Text",
    "干净的背景,没有文字",
    'A portrait of a boxer nicknamed "The Hammer"',
    'A landscape in the style of "Spirited Away"',
    'A scene inspired by the novel "Dune", sandworms under two moons',
    'A "smart" kitchen with hidden appliances',
    '"noir" mood, rainy alley',
    "The cat's bowl and the dogs' beds in a sunny room",
    "A '90s living room with a lava lamp and the owner's records",
    "A boy reading a book under a tree",
    "Two friends saying goodbye at a station",
    "A table with a plate on it",
    "Stack of letters tied with string",
    "A texture of rough concrete",
    "A logo",
    "A blank billboard on a desert road",
    "Rock 'n' roll band on stage",
    "A 6' tall sunflower beside a 5'2\" woman",
    '"A quiet harbour with fishing boats and gulls at sunrise"',
    "An empty speech bubble above a penguin",
    "A contextual menu-free workspace with plants",
    "Wallpaper pattern of lemons, text free",
    'Illustration for an article titled "Why caching matters": a squirrel hiding nuts',
    "Modern office, no signs, no letters, no numbers",
    "Two kids sharing a secret, saying nothing",
    "Sign language: two hands forming a shape",
    "A man known as 'the wolf' walking in snow",
    "A bottle of olive oil with a plain label",
    "An open field with room for copy on the right",
    "Avoid any text. A stack of pancakes with butter",
  ])("%s", (prompt) => {
    const read = brief(prompt);
    expect(read.evidence.text).toBeUndefined();
    expect(read.rendersText).toBe(false);
    expect(read.textToRender).toEqual([]);
  });
});

describe("the other signals", () => {
  it.each([
    ["A potter shaping clay with wet hands", "wet hands"],
    ["Two boys jumping into a lake", "jumping"],
    ["A ballerina on an empty stage", "ballerina"],
    ["Close-up of fingers on a keyboard", "fingers"],
  ])("people in action: %s", (prompt, words) => {
    expect(brief(prompt).evidence.people).toContain(words);
  });

  it.each([
    "Three people standing beside a laptop",
    "A palm tree on a beach",
    "Running shoes on grass",
    "A hand-painted vase on a second hand table",
    "A robot watering a plant",
    "A pianist's empty stool, no hands",
  ])("nobody in action: %s", (prompt) => {
    expect(brief(prompt).peopleInAction).toBe(false);
  });

  it.each([
    "Bottle with rim light on black",
    "Street lit by three lanterns",
    "Face lit by candlelight from the left and moonlight from a window",
    "Statue, single spotlight, deep shadows",
    "Chair under a bare bulb",
    "Boxer, key light and rim light",
    "Climber against a low sun, long shadows",
  ])("hard or several lights: %s", (prompt) => {
    expect(brief(prompt).hardLight).toBe(true);
  });

  it.each([
    "Soft window light on a loaf",
    "Overcast beach",
    "A light blue car",
    "A neon green jacket at sunset",
    "No harsh shadows, even studio light",
  ])("plain light: %s", (prompt) => {
    expect(brief(prompt).hardLight).toBe(false);
  });

  it.each([
    "50mm product shot of a lamp",
    "A photo of a fox",
    "Shallow depth of field, coffee cup",
    "photorealistic render of a chair",
  ])("a photo: %s", (prompt) => {
    expect(brief(prompt).photorealism).toBe(true);
  });

  it.each([
    "Flat vector illustration, cinematic colours",
    "A photo frame on a shelf, watercolour",
    "Business card, 85 x 55 mm",
    "A drawing, not a photo",
  ])("no photo: %s", (prompt) => {
    expect(brief(prompt).photorealism).toBe(false);
  });

  it("counts words, UTF-8 bytes, things and pixels", () => {
    expect(brief("Five plates, 3 forks and a loaf").elementCount).toBe(3);
    expect(brief("a photo of a cat and two dogs", { elements: ["collar"] }).elementCount).toBe(3);
    expect(brief("grün 🦊 狐狸").promptBytes).toBe(new TextEncoder().encode("grün 🦊 狐狸").length);
    expect(brief("x \ud83d y").promptBytes).toBe(new TextEncoder().encode("x \ud83d y").length);
    expect(brief("a", { size: "1536x1024" }).pixels).toBe(1536 * 1024);
    expect(brief("a", { purpose: "print" }).pixels).toBe(2048 * 2048);
    expect(brief("word ".repeat(60)).evidence.long_prompt).toBeUndefined();
    expect(brief("word ".repeat(61)).evidence.long_prompt).toBe("61 words");
  });

  it("takes text from the request as well, each string once", () => {
    const read = brief('Poster with "SALE" on top', { text: ["SALE", "20 % off"] });
    expect(read.textToRender).toEqual(["SALE", "20 % off"]);
    expect(read.evidence.text).toBe('"SALE", "20 % off"');
  });
});

describe("prompts made to hang it", () => {
  const request = parseRequest({ prompt: "a" });

  it.each(['"', "'", "no text, ", "on it t-shirt with ", "文字"])("two megabytes of %j", (unit) => {
    const prompt = unit.repeat(Math.ceil(2_000_000 / unit.length));
    expect(readBrief({ ...request, prompt }).promptBytes).toBeGreaterThanOrEqual(2_000_000);
  });

  it.each(["“", "'a ", '"x" title ', "writing on ", "A B ", "$5 sign ", "space for a ", "\ud83d", "«»", "two lights "])(
    "three hundred thousand characters of %j",
    (unit) => {
      const prompt = unit.repeat(Math.ceil(300_000 / unit.length));
      expect(readBrief({ ...request, prompt }).promptBytes).toBeGreaterThanOrEqual(300_000);
    },
  );
});

const whyNot = sharedFolder === undefined ? " (skipped: no shared folder beside the repository)" : "";

describe.skipIf(sharedFolder === undefined)(`on labelled prompts${whyNot}`, () => {
  it("finds writing and symbols in PartiPrompts with F1 of at least 0.90", () => {
    const rows = readSharedLines("prompts/parti.jsonl") as { prompt: string; textInImage: boolean }[];
    const found = rows.map((row) => ({ found: brief(row.prompt).rendersText, wanted: row.textInImage }));
    const hits = found.filter((row) => row.found && row.wanted).length;
    const misses = found.filter((row) => row.found !== row.wanted).length;
    expect(hits).toBeGreaterThan(0);
    expect((2 * hits) / (2 * hits + misses)).toBeGreaterThanOrEqual(0.9);
  });

  it("is right on every own marketing prompt", () => {
    const rows = readSharedLines("prompts/own-marketing-docs.jsonl") as { prompt: string; facets: { text: boolean } }[];
    const wrong = rows.filter((row) => brief(row.prompt).rendersText !== row.facets.text);
    expect(rows).toHaveLength(20);
    expect(wrong).toEqual([]);
  });

  it("finds the writing in all prompts of DrawText", () => {
    const all = readSharedLines("prompts/dsg.jsonl") as { prompt: string; tag: string }[];
    const rows = all.filter((row) => row.tag === "drawtext");
    expect(rows.filter((row) => !brief(row.prompt).rendersText)).toEqual([]);
    expect(rows.length).toBeGreaterThan(50);
  });
});
