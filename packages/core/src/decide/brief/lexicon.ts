/**
 * Classes of words that the brief reader looks at, as bit flags: one look-up per word decides everything.
 * The lists name kinds of things (what carries writing, what denies it, what acts), not whole phrases.
 */
export const WordClass = {
  /** The word itself means writing: lettering, headline, inscription. */
  writing: 0x1,
  /** Says what a surface reads: says, reads, spelling. */
  says: 0x2,
  /** How writing got there: written, engraved, printed. */
  written: 0x4,
  /** Flat things made to be printed on: t-shirt, flag, banner, label. */
  printable: 0x8,
  /** Solid things that may carry a mark: mug, box, wall, book. */
  carrier: 0x10,
  /** Marks with a fixed form: logo, symbol, emblem. */
  mark: 0x20,
  /** Denies what follows: no, without, avoid. */
  negator: 0x40,
  /** Limits a denial: except, other, only. */
  exception: 0x80,
  /** Room left free: space, room, blank. */
  room: 0x100,
  /** Gives a name, not writing: called, nicknamed. */
  names: 0x200,
  /** A work that has a title: film, song, novel. */
  work: 0x400,
  /** A manner, not writing: style, mood, inspired. */
  manner: 0x800,
  /** Takes away what follows: remove, replace. */
  removes: 0x1000,
  person: 0x2000,
  /** A person who is in motion by trade: dancer, sprinter. */
  mover: 0x4000,
  action: 0x8000,
  hand: 0x10000,
  /** Something that gives light. */
  lightSource: 0x20000,
  /** Light with hard edges: backlit, spotlight, chiaroscuro. */
  hardLight: 0x40000,
  photo: 0x80000,
  /** Starts a counted thing: a, an, three, several. */
  counter: 0x100000,
  /** More than one: two, several. */
  plural: 0x200000,
  has: 0x400000,
  article: 0x800000,
  screen: 0x1000000,
  screenText: 0x2000000,
  /** A drawn or painted manner: such a picture is no photo. */
  drawn: 0x4000000,
  /** A picture on something: drawing, cartoon, print. */
  depiction: 0x8000000,
  /** Decided together with the words around it: speech bubble, stop sign, on it. */
  pair: 0x10000000,
  /** Stands directly before a quote; set by the scan, not by the lexicon. */
  beforeQuote: 0x20000000,
} as const;

const c = WordClass;

const LISTS: readonly (readonly [number, string])[] = [
  [
    c.writing,
    `text texts lettering letterings typography typographic headline headlines subheadline heading subheading slogan slogans
    tagline taglines caption captions captioned inscription inscriptions inscribed wordmark handwriting handwritten handlettered
    hand-lettered lettered calligraphy calligraphic monogram monogrammed font fonts typeface serif sans-serif word words letters
    labels labelled labeled title titles titled subtitle subtitles numerals digits initials infographic infographics signage
    captioning phrase phrases motto flyer brochure invitation certificate receipt calendar scrawled scribbled quote quotation
    beschriftet beschriftung aufschrift schriftzug überschrift schlagzeile inschrift inscrit intitulé inscripción letrero
    titular texto texte testo scritta scritte titolo título opschrift tekst`,
  ],
  [
    c.says,
    `says saying say reads reading read spells spelling spelled spelt states stating proclaiming dit dice heißt steht`,
  ],
  [
    c.written,
    `written writing writes wrote write printed painted engraved carved etched embroidered stitched stenciled stencilled tattooed
    embossed stamped chalked spray-painted spelled inscribed geschrieben escrito écrit scritto geschreven`,
  ],
  [
    c.printable,
    `t-shirt t-shirts tshirt shirt shirts tee tees sweatshirt hoodie jersey apron flag flags towel towels banner banners poster
    posters sign signs signboard billboard billboards sticker stickers badge badges patch label tag placard pennant tote
    bumper scarf postcard card cards cover covers button buttons plaque schild plakat t-shirts affiche cartel cartello`,
  ],
  [
    c.carrier,
    `mug mugs cup cups box boxes package packaging bottle bottles can cans jar bag bags laptop book books notebook magazine
    newspaper album whiteboard blackboard chalkboard board wall walls storefront store shop café cafe restaurant
    bakery bar pub hotel salon boutique gallery museum brewery pharmacy studio garage school station company brand startup hat cap helmet
    skateboard surfboard truck van balloon door window screen page sheet tin boat hull cheque check bill ticket menu cake`,
  ],
  [c.mark, `logo logos symbol symbols emblem emblems insignia crest sticker stickers decal yin-yang pictogram`],
  [c.depiction, `drawing cartoon picture illustration print graphic image`],
  [c.pair, `bubble bubbles card cards tag sign signs board art it stripes letter number numbers name names world's`],
  [
    c.negator,
    `no not without never avoid avoiding exclude excluding omit omitting non free zero don't doesn't nor neither none
    ohne kein keine keinen keinerlei sans aucun aucune pas sin ningún ninguna senza nessun nessuna sem nenhum nenhuma zonder geen`,
  ],
  [c.exception, `except besides other apart than only but excepto außer sauf`],
  [c.room, `space room area place gap placeholder blank empty unmarked clear platz espace espacio spazio ruimte`],
  [c.names, `called named nicknamed known dubbed aka alias codenamed a.k.a so-called sogenannt sogenannte`],
  [
    c.work,
    `film movie novel song painting sculpture play opera poem story fable game videogame series show symphony ballet character
    soundtrack track legend tale photograph article essay blog chapter podcast episode lecture`,
  ],
  [
    c.manner,
    `style styles styled vibe vibes mood moods aesthetic aesthetics atmosphere feeling feel feels genre theme themed era
    inspired evoking evokes like sense look looks effect technique spirit stil style-of`,
  ],
  [c.removes, `remove removing replace replacing erase erasing delete deleting change changing swap`],
  [
    c.person,
    `man men woman women person people boy boys girl girls child children kid kids guy guys lady gentleman baby toddler teenager
    teen adult adults couple friends family crowd team player players worker workers engineer doctor nurse chef cook baker
    barista farmer gardener fisherman fishermen beekeeper carpenter blacksmith potter painter artist musician guitarist pianist
    violinist drummer singer conductor courier driver pilot soldier firefighter police officer teacher student students scientist
    astronaut king queen knight warrior samurai wizard witch monk athlete athletes mother father grandmother grandfather
    watchmaker tailor mechanic photographer waiter waitress pedestrian pedestrians hiker hikers tourist tourists speaker
    businessman businesswoman colleagues customer shopper mann frau leute homme femme hombre mujer uomo donna`,
  ],
  [
    c.mover,
    `dancer dancers ballerina gymnast gymnasts acrobat acrobats sprinter sprinters jogger joggers skater skateboarder
    snowboarder skier skiers surfer surfers wrestler juggler swimmer swimmers diver fencer parkour
    footballer goalkeeper climber climbers stuntman breakdancer`,
  ],
  [
    c.action,
    `running runs run jumping jumps jump leaping leaps dancing dances dance throwing throws catching catches kicking kicks
    climbing climbs lifting lifts swinging swings diving dives riding rides sprinting fighting fights boxing punching
    wrestling juggling pouring pours stirring kneading chopping hammering sawing digging pulling pushing pushes carrying rowing
    paddling surfing skiing skating skateboarding cycling crossing crosses chasing racing spinning twirling bending crouching
    stretching reaching waving clapping hugging embracing lunging dribbling tackling serving hitting swimming marching
    playing plays plucking strumming typing sewing knitting welding shooting tossing flipping leap mid-air
    mid-jump mid-stride`,
  ],
  [c.hand, `hand hands finger fingers fingertips fist fists palm palms thumb thumbs knuckles hände mains manos mani`],
  [
    c.lightSource,
    `sun sunlight sunbeam sunset sunrise moon moonlight neon candle candles candlelight lamp lamps lamplight lantern lanterns
    torch torches firelight campfire bonfire fireplace headlights streetlight streetlights streetlamp softbox flash strobe
    strobes flashlight spotlight spotlights leds light lights`,
  ],
  [
    c.hardLight,
    `backlight backlit backlighting back-lit rim-lit rim-light rimlight sidelit side-lit spotlight spotlights spotlit
    chiaroscuro noir harsh raking strobe strobes floodlit gobo god-rays godrays underlit gegenlicht contre-jour`,
  ],
  [
    c.photo,
    `photo photos photograph photographs photography photographic photorealistic photo-realistic photorealism photoreal
    hyperrealistic hyper-realistic dslr bokeh polaroid kodak fujifilm leica hasselblad cinematic foto fotografie fotografía
    photographie`,
  ],
  [
    c.drawn,
    `illustration drawing sketch painting watercolor watercolour vector cartoon comic anime isometric line-art engraving
    crayon charcoal pencil render clipart pixel-art`,
  ],
  [
    c.counter,
    `a an one two three four five six seven eight nine ten eleven twelve several many another both dozens ein eine
    zwei drei un une deux trois dos tres due tre`,
  ],
  [
    c.plural,
    `two three four five six seven eight nine ten several many multiple both dozens various mixed zwei drei deux trois dos
    tres due tre`,
  ],
  [
    c.has,
    `with has have having bearing featuring wearing showing displaying carrying holding holds mit avec con com met`,
  ],
  [c.article, `a an the his her their its my your this that these those some very most`],
  [c.screen, `screen screens monitor display laptop phone smartphone tablet computer browser terminal page website`],
  [
    c.screenText,
    `search document code email emails article spreadsheet message messages chat webpage website headline post posts
    text form login dashboard`,
  ],
];

/** Class bits of each known word, in lower case. */
export const LEXICON: ReadonlyMap<string, number> = buildLexicon();

function buildLexicon(): Map<string, number> {
  const lexicon = new Map<string, number>();
  for (const [bit, words] of LISTS) {
    for (const word of words.split(/\s+/)) {
      if (word !== "") lexicon.set(word, (lexicon.get(word) ?? 0) | bit);
    }
  }
  return lexicon;
}
