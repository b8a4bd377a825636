import fc from "fast-check";
import { expect, test } from "vitest";
import { contactSheetHtml, type ContactSheetCard, type ContactSheetModel } from "./contact-sheet.ts";

const picture = "data:image/png;base64,iVBORw0KGgo=";

const card: ContactSheetCard = {
  id: "docs/hero",
  outputs: ["docs/hero.png"],
  status: "generated",
  images: [picture],
  alt: "A fox",
  model: "gpt-image-2",
  quality: "high",
  size: "1536x1024",
  costMicroUsd: 211_000,
  reasons: ["The cheapest that is good enough."],
  prompt: "A fox.",
  tags: { client: "acme" },
};

const model: ContactSheetModel = {
  title: "Docs",
  date: "24 November 2026",
  totals: {
    made: 1,
    unchanged: 0,
    failed: 0,
    spentMicroUsd: 211_000,
    leftMicroUsd: 4_000_000,
    limitMicroUsd: 5_000_000,
  },
  cards: [card],
};

/** The page without its style sheet, which is always the same. */
function bodyOf(html: string): string {
  return html.slice(html.indexOf("<body>"));
}

test("a card shows what, by whom, for how much, and why", () => {
  expect(bodyOf(contactSheetHtml(model))).toMatchInlineSnapshot(`
    "<body>
    <div class="page">
    <header class="masthead">
    <h1><span class="kicker">Contact sheet</span>Docs</h1>
    <span class="date">24 November 2026</span>
    </header>
    <dl class="totals">
    <div><dt>Made</dt><dd>1</dd></div>
    <div><dt>Unchanged</dt><dd class="zero">0</dd></div>
    <div><dt>Failed</dt><dd class="zero">0</dd></div>

    <div><dt>Spent</dt><dd>$0.211</dd></div>
    <div class="budget"><dt>Left in the budget</dt><dd>$4.00 <small>of $5.00</small></dd>
    <div class="meter" role="img" aria-label="20 percent of the budget is used"><i style="width:20%"></i></div></div>
    </dl>

    <main class="grid">
    <article class="card" data-status="generated">
    <div class="stage"><img src="data:image/png;base64,iVBORw0KGgo=" alt="A fox" loading="lazy"><span class="badge">Made</span></div>
    <div class="body">
    <div class="name"><h2>docs/hero</h2><span class="cost">$0.211</span></div>
    <p class="path">docs/hero.png</p>
    <ul class="facts"><li class="model">gpt-image-2</li><li>high</li><li>1536 × 1024</li></ul>

    <ul class="reasons"><li>The cheapest that is good enough.</li></ul>
    <div class="prompt"><p dir="auto">A fox.</p></div>
    <ul class="tags"><li>client <b>acme</b></li></ul>
    </div>
    </article>
    </main>

    <footer>Made with Artdesk. Costs are what the providers reported, else what their price lists say.</footer>
    </div>
    </body>
    </html>
    "
  `);
});

test("every text is escaped", () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;</style>`;
  const html = contactSheetHtml({
    title: hostile,
    date: hostile,
    totals: model.totals,
    cards: [
      {
        ...card,
        id: hostile,
        outputs: [hostile],
        alt: hostile,
        model: hostile,
        quality: hostile,
        size: hostile,
        reasons: [hostile],
        error: hostile,
        prompt: hostile,
        tags: { [hostile]: hostile },
      },
      { ...card, prompt: hostile.repeat(10), images: [] },
    ],
  });
  expect(html).not.toMatch(/<script|<img src=x|onerror='/);
  expect(html.match(/<\/style>/g)).toHaveLength(1);
  expect(html.match(/<img /g)).toHaveLength(1);
  expect(html).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("no text makes a tag or an attribute", () => {
  const plain = bodyOf(contactSheetHtml(model));
  const tagsOf = (html: string): string[] => html.match(/<[a-z!/][^\s>]*/gi) ?? [];
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "/", "a", "=", " ", "\n", "!--"), maxLength: 60 }),
      (text) => {
        const html = bodyOf(
          contactSheetHtml({
            ...model,
            title: text,
            date: text,
            cards: [{ ...card, id: text, alt: text, prompt: text, tags: { a: text }, reasons: [text] }],
          }),
        );
        expect(tagsOf(html)).toEqual(tagsOf(plain));
      },
    ),
  );
});

test.each([
  "https://example.com/x.png",
  "//example.com/x.png",
  "/etc/passwd.png",
  "javascript:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "\\\\server\\x.png",
  "data:text/html;base64,PGI+",
  'data:image/png;base64,"><script>',
  "file:///etc/passwd",
])("the image %j is left out: the page calls nowhere", (url) => {
  const html = bodyOf(contactSheetHtml({ ...model, cards: [{ ...card, images: [url] }] }));
  expect(html).not.toContain("<img");
  expect(html).toContain("No preview");
});

test("an image beside the page is linked", () => {
  expect(contactSheetHtml({ ...model, cards: [{ ...card, images: ["../docs/a%20b.png"] }] })).toContain(
    '<a href="../docs/a%20b.png"><img src="../docs/a%20b.png"',
  );
});

test("long prompts are folded, several statuses can be chosen from, an empty sheet says so", () => {
  const html = contactSheetHtml({
    ...model,
    cards: [
      { ...card, prompt: "word ".repeat(100) },
      { ...card, status: "failed", images: [], costMicroUsd: 0, error: "Refused." },
    ],
  });
  expect(html).toContain('<details class="prompt">');
  expect(html).toContain('id="show-failed"');
  expect(html).toContain('.page:has(#show-failed:checked) .card:not([data-status="failed"])');
  expect(contactSheetHtml({ ...model, cards: [] })).toContain("No prompt files here yet.");
  expect(bodyOf(contactSheetHtml(model))).not.toContain("fieldset");
});

test("the same model gives the same bytes", () => {
  expect(contactSheetHtml(model)).toBe(contactSheetHtml(structuredClone(model)));
});
