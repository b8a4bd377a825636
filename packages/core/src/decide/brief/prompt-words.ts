/** Words that say where the light comes from or what it is like; those of the lexicon come on top. */
export const LIGHT_WORDS: ReadonlySet<string> = words(`
  light lights lighting lit sunlit moonlit backlit candlelit lamplit unlit floodlit sunny sunlight daylight starlight
  shadow shadows shade shaded shadowless glow glowing glows bright brightly dim dimly dark darkness gloom gloomy
  dawn dusk twilight sunrise sunset morning noon midday afternoon evening night nighttime overcast cloudy foggy misty
  golden-hour blue-hour high-key low-key rembrandt chiaroscuro softbox luminous radiant neon ambient studio-lit rim-lit
  shiny gleaming reflections highlights silhouette silhouetted contre-jour
  licht beleuchtung beleuchtet schatten sonnenlicht gegenlicht morgenlicht abendlicht dämmerung nacht abend morgens
  lumière éclairage éclairé ombre ombres aube crépuscule nuit soir matin
  luz iluminación iluminado sombra sombras amanecer atardecer noche mañana
  luce illuminazione illuminato ombra ombre alba tramonto notte mattina sera
  verlichting schaduw schaduwen zonlicht schemering avond ochtend`);

/** Words that say how the image is taken or drawn: camera, lens, framing, view, and manner of drawing. */
export const CAMERA_WORDS: ReadonlySet<string> = words(`
  photo photos photograph photography photographic photorealistic camera lens shot close-up closeup macro wide-angle
  telephoto fisheye aerial drone overhead top-down bird's-eye eye-level low-angle high-angle angle view viewed viewpoint
  perspective framing framed composition foreground headshot full-length half-length three-quarter bokeh focus blurred
  isometric orthographic panorama panoramic cinematic film dslr polaroid analog analogue grain exposure
  style styled illustration illustrated drawing drawn sketch sketched painting painted watercolor watercolour gouache
  acrylic ink pastel charcoal pencil crayon vector flat line-art lineart outline outlined monoline minimal minimalist
  minimalistic cutaway render rendered rendering 3d 2d cartoon manga anime pixel-art pixel engraving etching woodcut
  linocut collage papercut paper-cut mosaic abstract realistic surreal photoreal claymation low-poly
  foto fotografie aufnahme nahaufnahme kamera objektiv ansicht perspektive stil zeichnung gemälde aquarell
  photographie appareil objectif plan vue style dessin peinture aquarelle
  fotografía cámara objetivo plano vista estilo dibujo pintura acuarela ilustración
  fotografia fotocamera obiettivo inquadratura stile disegno pittura acquerello illustrazione
  opname lens beeld stijl tekening schilderij`);

/** Flat things: they say their style by what they are, and have no light to speak of. */
export const GRAPHIC_WORDS: ReadonlySet<string> = words(`
  icon icons logo logos logotype wordmark monogram pictogram poster flyer card invitation infographic diagram flowchart
  chart graph map schematic blueprint pattern texture comic storyboard screenshot wireframe favicon badge emblem clipart
  plakat symbol schaubild affiche cartel diagrama diagramme diagramma`);

/** Manners of drawing without light. */
export const FLAT_WORDS: ReadonlySet<string> = words(
  `flat vector line-art lineart outline outlines monoline isometric pixel-art silhouette typographic`,
);

/** Words that praise, grade or join, and show nothing by themselves. */
export const EMPTY_WORDS: ReadonlySet<string> = words(`
  a an the and or but of in on at to by from with without for as into over under very more most some any this that these
  those its it is are be being no not only just also so than then there here make create generate show draw render paint
  please image picture scene artwork art visual graphic
  beautiful beautifully stunning amazing gorgeous awesome epic nice good great perfect best masterpiece professional
  award-winning high low quality highly super ultra hyper detailed detail details intricate sharp crisp clean modern
  elegant moody mood atmosphere atmospheric dramatic soft warm cool cold hard rich vivid vibrant colorful colourful
  color colour colors colours palette tone tones hd uhd 4k 8k 2k 16k resolution hq trending artstation unreal engine
  shallow deep depth field large small big
  ein eine der die das und oder mit ohne von im in am auf für schön schöne hochwertig detailliert bild
  un une le la les et ou avec sans de du des dans sur pour belle beau image
  el los las y o con sin en para hermoso hermosa imagen
  il lo gli e con senza per bello bella immagine
  het een en of met zonder van op voor mooi mooie afbeelding`);

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ""));
}
